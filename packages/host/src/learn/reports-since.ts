import type { MulticastReports } from '@nic-herald/core';

/**
 * What a guest told of its multicast groups between two readings of one port, each VLAN once, only where it told
 * any. Counts that went back were begun anew in between: they are then all since. `undefined` where nobody counts
 * now; an absent `before` is a port where nobody counted.
 */
export const reportsSince = (
  before: readonly MulticastReports[] | undefined,
  now: readonly MulticastReports[] | undefined,
): readonly MulticastReports[] | undefined => {
  const earlier = new Map(before?.map((each) => [each.vlan, each]));
  return now?.flatMap((each) => {
    const { igmp, mld } = earlier.get(each.vlan) ?? NONE;
    const began = each.igmp < igmp || each.mld < mld;
    const since = began ? each : { ...each, igmp: each.igmp - igmp, mld: each.mld - mld };
    return since.igmp + since.mld === 0 ? [] : [since];
  });
};

const NONE: MulticastReports = { igmp: 0, mld: 0 };
