import type { MacAddress } from '@nic-herald/wire';
import type { GuestIdentity } from '../guest/guest-identity.js';
import type { Incompleteness } from '../nic/filter-view.js';
import type { NicDescriptor } from '../nic/nic-descriptor.js';
import type { Announcement, Evidence } from './announcement.js';

/**
 * Why something was not announced; the list is closed.
 * - `not-a-station-address`: group, zero or broadcast MAC
 * - `not-in-use`: the configured MAC of a card to which the guest gave another one
 * - `not-trusted`: policy does not take this guest's word for this kind of evidence
 * - `denied`: policy names this MAC or VLAN
 * - `owned-by-other-guest`: another guest has this MAC as its primary
 * - `model-limit`: more than the card can hold
 * - `pairing-limit`: MACs x VLANs is more than the policy lets us guess
 * - `station-limit`: more than the policy lets a NIC have
 * - `bad-announcement`: a handler's own announcement of an unknown kind, or of something that is no frame
 */
export type RefusalReason =
  | 'not-a-station-address'
  | 'not-in-use'
  | 'not-trusted'
  | 'denied'
  | 'owned-by-other-guest'
  | 'model-limit'
  | 'pairing-limit'
  | 'station-limit'
  | 'bad-announcement';

/** Something that was not announced, and why. */
export interface Refusal {
  readonly mac: MacAddress;
  /** Absent: untagged, or all the guessed VLANs of this MAC where `count` is there. */
  readonly vlan?: number;
  readonly evidence: Evidence;
  readonly reason: RefusalReason;
  /** How many candidates this line stands for; absent: one. */
  readonly count?: number;
  /** More about the reason, in words. */
  readonly detail?: string;
}

/** Where a plan's knowledge of one NIC came from. */
export type PlanSource = 'hand-off' | 'live' | 'primary-mac';

/** The plan of one NIC. */
export interface NicPlan {
  readonly nic: NicDescriptor;
  /** The model that read it; `primary-mac` for the fallback. */
  readonly model: string;
  readonly source: PlanSource;
  /** In sending order: primary, learned by last seen, filter, paired. */
  readonly announcements: readonly Announcement[];
  readonly refusals: readonly Refusal[];
  readonly incomplete: readonly Incompleteness[];
}

/** The bounded, ordered list of announcements of one guest, with a reason for everything left out. */
export interface Plan {
  readonly guest: GuestIdentity;
  readonly nics: readonly NicPlan[];
}
