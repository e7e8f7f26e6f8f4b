import type { Candidate, GuestPolicy, NicDescriptor } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import type { MacsOfOthers } from '../handoff/other-guests.js';
import type { Ownership } from '../ownership/ownership.js';
import { denialOf } from './denial-of.js';
import { disputed } from './disputed.js';
import { filteredOf } from './filtered-of.js';
import { uncarried } from './uncarried.js';
import type { Verdict } from './verdict.js';

/** What the rules know besides the candidate. */
export interface JudgeContext {
  readonly nic: NicDescriptor;
  readonly policy: GuestPolicy;
  /** Primary MACs of every other guest that is known, on any host. */
  readonly ownedByOthers: MacsOfOthers;
  /** Whose the guest's stations are, by what was seen. */
  readonly ownership: Ownership;
}

/** Whether a candidate may be announced: `undefined` if so. The configured primary MAC may, unless the guest uses it at another NIC. */
export const judgeCandidate = (candidate: Candidate, context: JudgeContext): Verdict | undefined => {
  const { station, evidence } = candidate;
  const { nic, policy, ownedByOthers, ownership } = context;
  if (!MacAddress.isStationAddress(station.mac)) return { reason: 'not-a-station-address' };
  if (station.vlan !== undefined && !VlanId.is(station.vlan)) {
    return { reason: 'not-a-station-address', detail: `${String(station.vlan)} is no VLAN from 1 to 4094` };
  }
  const dropped = filteredOf(nic, station) ?? uncarried(nic.port, station);
  if (dropped !== undefined) return dropped;
  const dispute = ownership.ofStation(nic.id, station);
  // What another NIC of the guest has is not sent here, whatever the card was configured with: the last one gets the traffic.
  if (dispute?.reason === 'on-other-nic') return disputed(dispute, ownership);
  if (station.mac === nic.primaryMac && station.vlan === undefined) return undefined;
  if (evidence === 'learned' ? policy.trust !== 'learned' : policy.trust === 'primary') {
    return { reason: 'not-trusted', detail: `the policy trusts this guest's ${policy.trust} only` };
  }
  if (station.mac !== nic.primaryMac && ownedByOthers.has(station.mac)) {
    return { reason: 'owned-by-other-guest' };
  }
  if (dispute !== undefined) return disputed(dispute, ownership);
  return denialOf(() => policy.deny?.(candidate));
};
