import type { Announcement, Refusal } from '@nic-herald/core';
import type { NicPlan, PlanSource, RefusalReason } from '@nic-herald/core/internal';
import { counted, firstOf, tally } from './list-text.js';
import { indented, labelled } from './text-block.js';
import { textTable } from './text-table.js';

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
  denied: 'the policy does not allow it',
  'owned-by-other-guest': 'another guest has it as its own',
  'moved-away': 'the guest was silent, and it was heard elsewhere since',
  'seen-elsewhere': 'the guest only lists it, and it was heard elsewhere',
  'on-other-nic': 'the guest uses it at another NIC',
  shared: 'several guests list it, and none was seen to use it',
  'host-address': 'the host has it itself',
  'model-limit': 'more than such a card can hold',
  'pairing-limit': 'more guesses of MACs with VLANs than the policy allows (pairing.limit)',
  'station-limit': 'more than the policy lets a NIC have (maxStations)',
  'host-filter': 'a filter of this host drops it',
  'port-vlan': "the guest's port does not carry its VLAN",
  'port-mac': 'the host hands the guest no frames for it at its port',
  'no-kind': "the policy's kinds are about IP addresses alone, and none is known there",
  'stale-address': 'the guest proved too long ago that it has the address (learner.maxAge)',
  'address-limit': 'more addresses than the policy lets a station have (maxAddresses)',
  'ambiguous-address': 'whose address it is, is not clear',
  'moved-address': 'another station of the guest has the address by now',
  'router-unknown': 'a link-local address, and a wrong router flag would take routes away',
  'bad-announcement': 'what the announce handler gave is no frame',
};

/** The plan of one NIC: what would be sent, in order, and what would not, by reason. */
export const renderPlan = ({ announcements, source, refusals }: NicPlan): readonly string[] => {
  const rows = announcements.slice(0, MAX_ROWS).map(planRow);
  const more = announcements.length - rows.length;
  const kinds = tally(announcements.map(({ kind }) => kind));
  const frames = counted(announcements.length, 'frame');
  return [
    ...labelled('plan', `${frames} a round${kinds === '' ? '' : ` (${kinds})`}, ${SOURCE[source]}`),
    ...(rows.length === 0 ? [] : table(rows)),
    ...(more === 0 ? [] : indented(`... and ${more} more; --json shows all`)),
    ...renderRefusals(refusals),
  ];
};

const planRow = ({ address, evidence, kind, station }: Announcement, index: number): readonly string[] => [
  `${index + 1}`,
  station.mac,
  station.vlan === undefined ? '-' : `${station.vlan}`,
  evidence,
  address === undefined ? kind : `${kind} ${address}`,
];

/** What was left out, by reason. */
export const renderRefusals = (refusals: readonly Refusal[]): readonly string[] => {
  const groups = new Map<RefusalReason, Refusal[]>();
  for (const refusal of refusals) {
    const group = groups.get(refusal.reason);
    if (group === undefined) groups.set(refusal.reason, [refusal]);
    else group.push(refusal);
  }
  return [...groups].flatMap(([reason, group], index) => {
    const total = group.reduce((sum, { count = 1 }) => sum + count, 0);
    const details = new Set(group.map(({ detail }) => detail));
    const [common] = details.size === 1 ? details : [];
    const because = common === undefined ? REASON[reason] : `${REASON[reason]}: ${common}`;
    const names = group.map((each) => refusalName(each, details.size > 1));
    const text = `${total} ${reason}, ${because}: ${firstOf(names, MAX_EXAMPLES)}`;
    return labelled(index === 0 ? 'refused' : '', text);
  });
};

const refusalName = (
  { address, count, detail, evidence, mac, vlan }: Refusal,
  withDetail: boolean,
): string => {
  const station = vlan === undefined ? mac : `${mac}/${vlan}`;
  const why = withDetail && detail !== undefined ? ` (${detail})` : '';
  if (address !== undefined) return `${address} at ${station}${why}`;
  if (count === undefined) return `${station}${why}`;
  return evidence === 'paired' ? `${mac} on ${counted(count, 'VLAN')}` : `${count} more at ${station}`;
};

const table = (rows: readonly (readonly string[])[]): readonly string[] =>
  textTable([['#', 'MAC', 'VLAN', 'known by', 'frame'], ...rows], {
    align: ['right', 'left', 'right'],
  }).map((line) => `${' '.repeat(14)}${line}`);
