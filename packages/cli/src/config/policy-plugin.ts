import {
  ANNOUNCE_POLICY,
  type AnnouncePolicy,
  DEFAULT_GUEST_POLICY,
  type GuestPolicy,
  type HeraldPlugin,
} from '@nic-herald/core';
import {
  type AnnouncePacing,
  type AnnouncePreset,
  type AnnounceTiming,
  DEFAULT_ANNOUNCE_PACING,
  type FrameRate,
  nlbDenial,
  PRESET_PACINGS,
  PRESET_TIMINGS,
  timingWith,
} from '@nic-herald/core/internal';
import { announcedKinds, kindRulesOver } from './announced-kinds.js';
import { addressDenial, denial } from './denial.js';
import type { GuestRules, HeraldConfig } from './herald-config.js';

/** The parts of herald.yaml that say what may be announced. */
export type PolicyConfig = Pick<HeraldConfig, keyof GuestRules | 'guests' | 'learner'>;

/** The plugin of herald.yaml's rules. */
export const POLICY_PLUGIN = 'nic-herald/policy';

/** Provides a policy made of herald.yaml as the host's ANNOUNCE_POLICY. */
export const policyPlugin = (policy: AnnouncePolicy): HeraldPlugin => ({
  name: POLICY_PLUGIN,
  contract: 2,
  install: (registrar) => registrar.provide(ANNOUNCE_POLICY, { value: policy }),
});

/** Whether herald.yaml says anything of what may be announced; else a plugin's policy, or the default, holds. */
export const statesPolicy = ({ learner, ...rules }: PolicyConfig): boolean =>
  learner?.maxAge !== undefined || Object.values(rules).some((rule) => rule !== undefined);

/**
 * The policy that herald.yaml states. A guest's own rules are found by its UUID, else by its name, and replace
 * the general ones member by member.
 */
export const configuredPolicy = (config: PolicyConfig): AnnouncePolicy => {
  const { maxAge } = config.learner ?? {};
  const defaults =
    maxAge === undefined ? DEFAULT_GUEST_POLICY : { ...DEFAULT_GUEST_POLICY, learnedMaxAgeMs: maxAge * 1000 };
  const general = withRules(defaults, config, timingOf(config));
  const single = new Map(
    Object.entries(config.guests ?? {}).map(([guest, rules]) => [
      guestRef(guest),
      withRules(general, rulesOver(config, rules), timingOf(rules)),
    ]),
  );
  return {
    pacing: configuredPacing(config),
    forGuest: ({ uuid, name }) =>
      (uuid === undefined ? undefined : single.get(uuid)) ??
      (name === undefined ? undefined : single.get(name)) ??
      general,
  };
};

const configuredPacing = (config: PolicyConfig): AnnouncePacing => {
  const { arp, framesPerSecond, burst } = config.announce?.pacing ?? {};
  const usual = slowestOf(presetsIn(config)) ?? DEFAULT_ANNOUNCE_PACING.arp;
  return {
    framesPerSecond: framesPerSecond ?? DEFAULT_ANNOUNCE_PACING.framesPerSecond,
    burst: burst ?? DEFAULT_ANNOUNCE_PACING.burst,
    arp: { framesPerSecond: arp?.framesPerSecond ?? usual.framesPerSecond, burst: arp?.burst ?? usual.burst },
  };
};

/** All presets that any rules name: the host's frames leave by one way. */
const presetsIn = ({ announce, guests = {} }: PolicyConfig): readonly AnnouncePreset[] =>
  [announce, ...Object.values(guests).map((rules) => rules.announce)].flatMap((rules) =>
    [rules?.preset, ...(rules?.vlans ?? []).map(({ preset }) => preset)].filter((each) => each !== undefined),
  );

const slowestOf = (presets: readonly AnnouncePreset[]): FrameRate | undefined =>
  presets
    .flatMap((preset) => PRESET_PACINGS[preset] ?? [])
    .sort((a, b) => a.framesPerSecond - b.framesPerSecond)[0];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** UUIDs are lower-case in a guest's identity, whatever the file says. */
const guestRef = (written: string): string => (UUID.test(written) ? written.toLowerCase() : written);

/** A guest's rules, with the general ones in the place of those lists that it does not have; numbers stay its own. */
const rulesOver = (general: GuestRules, own: GuestRules): GuestRules => ({
  ...own,
  allow: own.allow ?? general.allow,
  allowNlb: own.allowNlb ?? general.allowNlb,
  deny: own.deny ?? general.deny,
  announce: { ...own.announce, ...kindRulesOver(general.announce, own.announce) },
});

/** The schedule that the preset of these very rules brings; one of the general rules is in the general policy already. */
const timingOf = ({ announce }: GuestRules): AnnounceTiming | undefined =>
  announce?.preset === undefined ? undefined : PRESET_TIMINGS[announce.preset];

/** What the lists say, and that NLB clusters are let be unless the rules want them. */
const deniedBy = ({ allow, allowNlb, deny }: GuestRules): ReturnType<typeof denial> => {
  const byLists = denial(allow, deny);
  return allowNlb === true ? byLists : (candidate) => byLists(candidate) ?? nlbDenial(candidate);
};

const withRules = (
  policy: GuestPolicy,
  rules: GuestRules,
  presetTiming: AnnounceTiming | undefined,
): GuestPolicy => {
  const { announce } = rules;
  const { initialMs, maxMs, rounds, stepMs } = announce ?? {};
  const kindsFor = announcedKinds(announce);
  const timing = presetTiming ?? policy.timing;
  return {
    ...policy,
    ...(rules.mode === undefined ? {} : { mode: rules.mode }),
    deny: deniedBy(rules),
    denyAddress: addressDenial(rules.allow, rules.deny),
    ...(kindsFor === undefined ? {} : { kindsFor }),
    timing: timingWith(timing, { initialMs, maxMs, rounds, stepMs }),
    multicastRefresh: announce?.multicastRefresh ?? policy.multicastRefresh,
    trust: rules.trust ?? policy.trust,
    pairingLimit: rules.pairing?.limit ?? policy.pairingLimit,
    maxStations: rules.maxStations ?? policy.maxStations,
    maxAddresses: rules.maxAddresses ?? policy.maxAddresses,
  };
};
