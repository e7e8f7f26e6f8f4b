import type { LearnedAddress, Station } from '@nic-herald/core';
import type { OwnershipReason } from '@nic-herald/core/internal';
import type { Dispute } from './judge-claim.js';

/** Why something is not announced at a NIC: it is another's, or several NICs of the guest answer for it. */
export interface OwnershipVerdict extends Omit<Dispute, 'reason'> {
  readonly reason: OwnershipReason | 'ambiguous-address';
}

/** Whose the stations and addresses of one guest are, by all that is known at one moment. */
export interface Ownership {
  /** When it was judged, by `Clock.elapsed`. */
  readonly at: number;
  /** Why a station is not to be announced at a NIC; `undefined` where it is the guest's. */
  ofStation(nic: string, station: Station): OwnershipVerdict | undefined;
  /** Why an IP address that was learned at a station is not. */
  ofAddress(nic: string, station: Station, learned: LearnedAddress): OwnershipVerdict | undefined;
}
