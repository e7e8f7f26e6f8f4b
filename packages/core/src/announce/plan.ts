import type { IpAddress, MacAddress } from '@nic-herald/wire';
import type { GuestIdentity } from '../guest/guest-identity.js';
import type { OwnershipReason } from '../handoff/seen-elsewhere.js';
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
 * - `moved-away`, `seen-elsewhere`, `on-other-nic`, `shared`, `host-address`: it is another's by what was seen, see
 *   `OwnershipReason`; `seen` says where
 * - `model-limit`: more than the card can hold
 * - `pairing-limit`: MACs x VLANs is more than the policy lets us guess
 * - `station-limit`: more than the policy lets a NIC have
 * - `host-filter`: a filter that the host has put on the NIC drops it; `detail` names the filter
 * - `port-vlan`: the bridge or switch drops its frames at the guest's port, for their VLAN; see `PortAttachment.carries`
 * - `port-mac`: the host hands the guest no frames for this MAC at its port; see `PortAttachment.receives`
 * - `no-kind`: the policy's kinds are about addresses alone, and the station has none that may be announced
 * - `stale-address`: this IP address was proved too long ago
 * - `address-limit`: more addresses than the policy lets a station have
 * - `ambiguous-address`: several stations of the guest answer for this IP address, and none spoke from it; or it is
 *   not known on which VLAN it was proved
 * - `moved-address`: another station of the guest has this IP address by better or later proof
 * - `router-unknown`: a link-local IPv6 address of a guest that never said whether it is a router: an advertisement
 *   with the wrong flag takes the default route from its neighbours (RFC 4861 section 7.2.5)
 * - `bad-announcement`: a handler's own announcement of an unknown kind, or of something that is no frame
 */
export type RefusalReason =
  | 'not-a-station-address'
  | 'not-in-use'
  | 'not-trusted'
  | 'denied'
  | 'owned-by-other-guest'
  | OwnershipReason
  | 'model-limit'
  | 'pairing-limit'
  | 'station-limit'
  | 'host-filter'
  | 'port-vlan'
  | 'port-mac'
  | 'no-kind'
  | 'stale-address'
  | 'address-limit'
  | 'ambiguous-address'
  | 'moved-address'
  | 'router-unknown'
  | 'bad-announcement';

/** Something that was not announced, and why. */
export interface Refusal {
  readonly mac: MacAddress;
  /** Absent: untagged, or all the guessed VLANs of this MAC where `count` is there. */
  readonly vlan?: number;
  /** The IP address that was refused; absent where it is the station. */
  readonly address?: IpAddress;
  readonly evidence: Evidence;
  readonly reason: RefusalReason;
  /** How many candidates this line stands for; absent: one. */
  readonly count?: number;
  /** More about the reason, in words. */
  readonly detail?: string;
  /** Where it was seen in place of at this NIC, and how long before the plan was made, ms. */
  readonly seen?: { readonly where: string; readonly ageMs: number };
}

/** Where a plan's knowledge of one NIC came from. */
export type PlanSource = 'hand-off' | 'live' | 'primary-mac';

/** The plan of one NIC. */
export interface NicPlan {
  readonly nic: NicDescriptor;
  /** The model that read it; `primary-mac` for the fallback. */
  readonly model: string;
  readonly source: PlanSource;
  /**
   * In sending order: one frame for every station (primary, learned by last seen, filter, paired), then what else
   * announces them, kind by kind.
   */
  readonly announcements: readonly Announcement[];
  readonly refusals: readonly Refusal[];
  readonly incomplete: readonly Incompleteness[];
}

/** The bounded, ordered list of announcements of one guest, with a reason for everything left out. */
export interface Plan {
  readonly guest: GuestIdentity;
  readonly nics: readonly NicPlan[];
}
