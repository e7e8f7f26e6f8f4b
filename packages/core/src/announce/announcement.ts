import type { IpAddress } from '@nic-herald/wire';
import type { AddressProof } from '../learn/learned-address.js';
import type { Station } from './station.js';

/**
 * How we know of a station, strongest first.
 * - `primary`: the MAC the card answers to as its own, untagged
 * - `learned`: seen as the source of the guest's own frames
 * - `filter`: listed by the card, untagged or as a pair the card itself knows
 * - `paired`: a MAC and a VLAN that the card lists separately, put together by us
 */
export type Evidence = 'primary' | 'learned' | 'filter' | 'paired';

/** One frame to be sent for one station. */
export interface Announcement {
  /** Which frame: the name of an `AnnouncementKind`, such as `rarp`. */
  readonly kind: string;
  readonly station: Station;
  readonly evidence: Evidence;
  /** The IP address it announces with the station; absent for a kind that announces the station alone. */
  readonly address?: IpAddress;
  /** How the guest proved to own `address`. */
  readonly proof?: AddressProof;
  /** Whether the guest is a router at `address`, as far as it said; absent: it did not say. */
  readonly router?: boolean;
  /** The address that it asks for; absent for a kind that asks for none. */
  readonly asksFor?: IpAddress;
}
