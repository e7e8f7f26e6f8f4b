import type { NicPlan, PlanSource, Refusal, RefusalReason } from '@nic-herald/core';
import { counted, firstOf } from './list-text.js';
import { indented, labelled } from './text-block.js';

const MAX_ROWS = 64;
const MAX_EXAMPLES = 6;

const SOURCE: Readonly<Record<PlanSource, string>> = {
  'hand-off': 'from what the source host handed over',
  live: 'from the live card',
  'primary-mac': 'the configured MAC only',
};

const REASON: Readonly<Record<RefusalReason, string>> = {
  'not-a-station-address': 'no address a guest can have (group, zero or broadcast)',
  'not-in-use': 'the configured MAC, which the guest replaced by another',
  'not-trusted': "the policy does not take this guest's word for it",
  denied: 'the policy names it',
  'owned-by-other-guest': 'another guest has it as its own',
  'model-limit': 'more than such a card can hold',
  'pairing-limit': 'more guesses of MACs with VLANs than the policy allows (pairing.limit)',
  'station-limit': 'more than the policy lets a NIC have (maxStations)',
  'bad-announcement': 'what the announce handler gave is no frame',
};

/** The plan of one NIC: what would be sent, in order, and what would not, by reason. */
export const renderPlan = (plan: NicPlan): readonly string[] => {
  const rows = plan.announcements.slice(0, MAX_ROWS).map(({ station, kind, evidence }, index) => {
    const vlan = station.vlan === undefined ? '-' : `${station.vlan}`;
    return `${`${index + 1}`.padStart(4)}  ${station.mac}  ${vlan.padStart(4)}  ${kind.padEnd(6)}  ${evidence}`;
  });
  const more = plan.announcements.length - rows.length;
  const head = `${counted(plan.announcements.length, 'frame')} a round, ${SOURCE[plan.source]}`;
  return [
    ...labelled('plan', head),
    ...(rows.length === 0 ? [] : [row('   #  MAC                VLAN  kind    known by')]),
    ...rows.map(row),
    ...(more === 0 ? [] : indented(`... and ${more} more; --json shows all`)),
    ...renderRefusals(plan.refusals),
  ];
};

/** What was left out, one line for each reason. */
export const renderRefusals = (refusals: readonly Refusal[]): readonly string[] => {
  const groups = new Map<string, Refusal[]>();
  for (const refusal of refusals) {
    const key = `${refusal.reason} ${refusal.detail ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), refusal]);
  }
  return [...groups.values()].flatMap((group, index) => {
    const [{ reason, detail }] = group as [Refusal, ...Refusal[]];
    const total = group.reduce((sum, { count = 1 }) => sum + count, 0);
    const examples = firstOf(group.map(refusalName), MAX_EXAMPLES);
    const because = detail === undefined ? REASON[reason] : `${REASON[reason]}: ${detail}`;
    return labelled(index === 0 ? 'refused' : '', `${total} ${reason}, ${because}: ${examples}`);
  });
};

const refusalName = ({ mac, vlan, count }: Refusal): string => {
  const name = vlan === undefined ? mac : `${mac}/${vlan}`;
  return count === undefined ? name : `${name} on ${counted(count, 'VLAN')}`;
};

const row = (text: string): string => `${' '.repeat(12)}${text}`;
