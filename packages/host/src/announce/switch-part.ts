import { decodeEthernet, EtherType, isDecodeError } from '@nic-herald/wire';

/**
 * What of a switch deals with a frame besides passing it on.
 * - `hardware`: it learns where the source is, and nothing else: RARP, frames of types that it does not know
 * - `processor`: its software is given a copy, or the frame itself, within narrow limits: ARP, neighbour discovery, and what else is
 *   ICMPv6 or IGMP
 */
export type SwitchPart = 'hardware' | 'processor';

const NEXT_HEADER = 6; // of IPv6, in the packet
const HOP_BY_HOP = 0;
const ICMPV6 = 58;
const PROTOCOL = 9; // of IPv4, in the packet
const IGMP = 2;

/** Which part of a switch a frame (without FCS) occupies, by its bytes alone. */
export const switchPartOf = (frame: Uint8Array): SwitchPart => {
  const ethernet = decodeEthernet(frame);
  if (isDecodeError(ethernet)) return 'hardware'; // no switch's software knows such a frame
  const { etherType, payloadOffset } = ethernet;
  const byteAt = (offset: number): number | undefined => frame[payloadOffset + offset];
  const next = byteAt(NEXT_HEADER);
  const isForProcessor =
    etherType === EtherType.arp ||
    (etherType === EtherType.ipv4 && byteAt(PROTOCOL) === IGMP) ||
    (etherType === EtherType.ipv6 && (next === ICMPV6 || next === HOP_BY_HOP));
  return isForProcessor ? 'processor' : 'hardware';
};
