import type { Station } from '@nic-herald/core';
import { ANNOUNCE_PRESETS, DEFAULT_ANNOUNCE_KINDS } from '@nic-herald/core/internal';
import type { AnnounceRules, KindChoice } from './announce-config.js';
import { hasVlan } from './station-list.js';

/** How the rules choose kinds; of the two ways to name them there is at most one. */
type KindRules = KindChoice & Pick<AnnounceRules, 'vlans'>;

/**
 * The kinds that announce a station: those of the first rule that has its VLAN, else those for all. `undefined` where the
 * rules say nothing of kinds.
 */
export const announcedKinds = (
  rules: KindRules = {},
): ((station: Station) => readonly string[]) | undefined => {
  const others = chosen(rules);
  const vlanRules = (rules.vlans ?? []).map((rule) => ({ vlans: rule.vlans, kinds: chosen(rule) }));
  if (others === undefined && vlanRules.length === 0) return undefined;
  return ({ vlan }) => {
    const own = vlan === undefined ? undefined : vlanRules.find(({ vlans }) => hasVlan(vlans, vlan));
    return own?.kinds ?? others ?? DEFAULT_ANNOUNCE_KINDS;
  };
};

/**
 * A guest's rules about kinds over those for all guests: its kinds or preset in place of theirs, its list of VLANs in
 * place of theirs.
 */
export const kindRulesOver = (general: KindRules = {}, own: KindRules = {}): KindRules => {
  const { kinds, preset } = chosen(own) === undefined ? general : own;
  return { kinds, preset, vlans: own.vlans ?? general.vlans };
};

const chosen = ({ kinds, preset }: KindChoice): readonly string[] | undefined =>
  preset === undefined ? kinds : ANNOUNCE_PRESETS[preset];
