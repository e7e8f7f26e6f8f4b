import type { IpAddress } from '@nic-herald/wire';

/**
 * How a guest proved that an address is its own, the better proof first. A routed packet proves nothing: its
 * source may be anyone's.
 * - `asserted`: it spoke from the address unasked: the sender of an ARP request or of a gratuitous ARP, the source
 *   of a neighbour solicitation, a router solicitation or a router advertisement, the target of an unsolicited
 *   neighbour advertisement
 * - `answered`: it was asked for the address and answered. Who answers for others (proxy ARP), or on every
 *   interface for all of them (Linux by default), does so too.
 */
export type AddressProof = 'asserted' | 'answered';

/** An IP address that a guest was seen to use at one of its stations. */
export interface LearnedAddress {
  readonly address: IpAddress;
  readonly proof: AddressProof;
  /** How long ago it was last proved, ms, 0 and up. An age, not a time: no clock is compared across hosts. */
  readonly ageMs: number;
  /**
   * Whether it last said to be a router: true by a router advertisement (RFC 4861 type 134, source) or the R flag of a
   * neighbour advertisement, false by a neighbour advertisement without it or a router solicitation; absent where it
   * said nothing, and for IPv4. An advertisement with the wrong flag makes hosts drop their default route (RFC 4861
   * section 7.2.5), so learners must tell it wherever they can: it stays as last said, however long ago.
   */
  readonly router?: boolean;
}
