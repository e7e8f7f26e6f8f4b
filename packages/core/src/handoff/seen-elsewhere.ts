import type { IpAddress, MacAddress } from '@nic-herald/wire';

/**
 * Why a station or an IP address is not this guest's, by what was seen where it ran; the list is closed.
 * - `moved-away`: the guest had it, was silent for a while, and it was heard elsewhere since
 * - `seen-elsewhere`: the guest only lists it, and it was heard elsewhere
 * - `on-other-nic`: the guest uses it at another of its NICs
 * - `shared`: several guests list it, and none was seen to use it
 * - `host-address`: a host has it on an interface of its own
 */
export type OwnershipReason = 'moved-away' | 'seen-elsewhere' | 'on-other-nic' | 'shared' | 'host-address';

/** Every `OwnershipReason`. */
export const OWNERSHIP_REASONS = [
  'moved-away',
  'seen-elsewhere',
  'on-other-nic',
  'shared',
  'host-address',
] as const satisfies readonly OwnershipReason[];

/** Something that a guest claims at a NIC and that was another's when the snapshot was written. */
export interface SeenElsewhere {
  readonly mac: MacAddress;
  /** 1 to 4094; absent: untagged, or every VLAN of the MAC where `vlanUnknown` is set. */
  readonly vlan?: number;
  readonly vlanUnknown?: true;
  /** The IP address that is another's at this station; absent: the station itself is. */
  readonly address?: IpAddress;
  readonly reason: OwnershipReason;
  /** Where it was seen, for people, 1 to 128 characters: `port eth0 of br0 on host a`. */
  readonly where: string;
  /** How long ago it was last seen there, ms, 0 and up. */
  readonly ageMs: number;
}
