import {
  type Candidate,
  type GuestPolicy,
  messageOf,
  type NicDescriptor,
  type RefusalReason,
} from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';

/** Why a candidate may not be announced, with more words where there are any. */
export interface Verdict {
  readonly reason: RefusalReason;
  readonly detail?: string;
}

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
  const denied = denialOf(candidate, policy);
  return denied === undefined ? undefined : { reason: 'denied', detail: denied };
};

/** A policy that fails lets nothing pass: better dark than let out what it was to keep in. */
const denialOf = (candidate: Candidate, policy: GuestPolicy): string | undefined => {
  try {
    return policy.deny?.(candidate);
  } catch (error) {
    return `the policy failed: ${messageOf(error)}`;
  }
};
