import type { MulticastReports } from '@nic-herald/core';
import type { MulticastRefreshReport, MulticastStatus } from '@nic-herald/core/internal';
import { numberRanges } from './list-text.js';

/** Whether and where a guest would be asked for its multicast groups. */
export const multicastStatusText = ({ problem, ready, vlans, wanted }: MulticastStatus): string => {
  if (!wanted) return 'none: the policy does not want the guest asked for its groups';
  if (!ready) return `none could reach the guest: ${problem ?? 'no sink'}`;
  return [`for its groups, ${places(true, vlans)}`, ...(problem === undefined ? [] : [problem])].join('; ');
};

/** How a guest was asked for its multicast groups, and what it told. */
export const multicastText = ({ problem, queries, reports, vlans }: MulticastRefreshReport): string =>
  [
    `${queries} ${queries === 1 ? 'query' : 'queries'} to the guest, ${places(true, vlans)}`,
    ...(reports === undefined ? [] : [reportsText(reports)]),
    ...(problem === undefined ? [] : [problem]),
  ].join('; ');

const reportsText = (all: readonly MulticastReports[]): string => {
  const reports = all.filter(({ igmp, mld }) => igmp + mld > 0);
  if (reports.length === 0) return 'it told of no group';
  const igmp = reports.reduce((sum, each) => sum + each.igmp, 0);
  const mld = reports.reduce((sum, each) => sum + each.mld, 0);
  const untagged = reports.some(({ vlan }) => vlan === undefined);
  const vlans = reports.flatMap(({ vlan }) => vlan ?? []);
  return `it told of its groups ${places(untagged, vlans)}: ${igmp} IGMP, ${mld} MLD`;
};

/** `untagged and on VLANs 10, 20-29`. */
const places = (untagged: boolean, vlans: readonly number[]): string => {
  const tagged = `on VLAN${vlans.length === 1 ? '' : 's'} ${numberRanges(vlans).join(', ')}`;
  if (vlans.length === 0) return 'untagged';
  return untagged ? `untagged and ${tagged}` : tagged;
};
