import type { IpAddress } from '@nic-herald/wire';

/**
 * An address that a guest asked for at one of its stations: the target of an ARP request (RFC 826) that was neither a probe nor for
 * itself. Its router is among them. It says nothing of whose the address is.
 */
export interface AskedAddress {
  readonly address: IpAddress;
  /** How long ago it asked last, ms, 0 and up. An age, not a time: no clock is compared across hosts. */
  readonly ageMs: number;
}
