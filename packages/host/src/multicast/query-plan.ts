import type { FilterView, NicDescriptor, Refusal } from '@nic-herald/core';
import { type NicPlan, OWNERSHIP_REASONS, type RefusalReason } from '@nic-herald/core/internal';
import type { VlanId } from '@nic-herald/wire';

/** Where a guest is asked for its groups at one NIC. */
export interface QueryPlan {
  readonly nic: NicDescriptor;
  /** The VLANs on which it is asked, besides untagged, in rising order. */
  readonly vlans: readonly VlanId[];
  /** Why it is not asked on all, or not at all. */
  readonly problem?: string;
  /** It is not asked: it would answer from a MAC that is another's, and so take that one's traffic. */
  readonly isSpared?: true;
}

/** Whether a station was refused because another has it. */
const isOthers = ({ address, reason }: Refusal): boolean => address === undefined && OTHERS.has(reason);

const OTHERS: ReadonlySet<RefusalReason> = new Set(['owned-by-other-guest', ...OWNERSHIP_REASONS]);

/** Most VLANs on which a guest is asked at one NIC: two queries on each and two untagged ones are 1024 frames. */
export const MAX_QUERIED_VLANS = 511;

/**
 * The guest is asked on the VLANs of the stations that are announced, and on those that the card lists: one on which
 * nothing was announced may have groups all the same. A list of more than 511 tells nothing, as for announcements:
 * drivers that enable all 4094 are not using them. A NIC with a station that is another's is spared: the second router of a
 * pair answers from their virtual MAC as the first does.
 */
export const planQueries = (plan: NicPlan, filter?: Pick<FilterView, 'vlans'>): QueryPlan => {
  const { nic, announcements } = plan;
  const foreign = plan.refusals.find(isOthers);
  if (foreign !== undefined) {
    const problem = `it is not asked: it might answer from ${foreign.mac}, which is another's (${foreign.reason})`;
    return { nic, vlans: [], problem, isSpared: true };
  }
  const announced = announcements.flatMap(({ station: { vlan } }) => (vlan === undefined ? [] : [vlan]));
  const list = filter === undefined || filter.vlans === 'unknown' ? [] : filter.vlans;
  const listed = [...new Set(list)].filter((vlan: number) => vlan !== 0);
  const isListTooLong = listed.length > MAX_QUERIED_VLANS;
  const all = [...new Set([...announced, ...(isListTooLong ? [] : listed)])];
  const problems = [
    ...(isListTooLong
      ? [
          `it lists ${listed.length} VLANs: which of them the guest uses is not known, so it is asked on those of its stations alone`,
        ]
      : []),
    ...(all.length > MAX_QUERIED_VLANS
      ? [`it is asked on ${MAX_QUERIED_VLANS} of its ${all.length} VLANs: no more are asked`]
      : []),
  ];
  const vlans = all.slice(0, MAX_QUERIED_VLANS).sort((a, b) => a - b);
  return { nic, vlans, ...(problems.length === 0 ? {} : { problem: problems.join('; ') }) };
};
