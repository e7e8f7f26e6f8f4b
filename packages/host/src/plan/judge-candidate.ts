import type { Candidate, GuestPolicy, NicDescriptor } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { denialOf } from './denial-of.js';
import type { Verdict } from './verdict.js';

/** What the rules know besides the candidate. */
export interface JudgeContext {
  readonly nic: NicDescriptor;
  readonly policy: GuestPolicy;
  /** Primary MACs of every other guest that is known, on any host. */
  readonly ownedByOthers: ReadonlySet<MacAddress>;
}

/** Whether a candidate may be announced: `undefined` if so. The configured primary MAC always may. */
export const judgeCandidate = (candidate: Candidate, context: JudgeContext): Verdict | undefined => {
  const { station, evidence } = candidate;
  const { nic, policy, ownedByOthers } = context;
  if (!MacAddress.isStationAddress(station.mac)) return { reason: 'not-a-station-address' };
  if (station.vlan !== undefined && !VlanId.is(station.vlan)) {
    return { reason: 'not-a-station-address', detail: `${String(station.vlan)} is no VLAN from 1 to 4094` };
  }
  if (station.mac === nic.primaryMac && station.vlan === undefined) return undefined;
  if (evidence === 'learned' ? policy.trust !== 'learned' : policy.trust === 'primary') {
    return { reason: 'not-trusted', detail: `the policy trusts this guest's ${policy.trust} only` };
  }
  if (station.mac !== nic.primaryMac && ownedByOthers.has(station.mac)) {
    return { reason: 'owned-by-other-guest' };
  }
  return denialOf(() => policy.deny?.(candidate));
};
