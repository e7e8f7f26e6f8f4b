// Read RFC 791, RFC 1071, RFC 2113, RFC 8200 and RFC 2711 before editing. Made apart from the codecs of wire, so
// that a fault there meets one here.
import type { Station } from '@nic-herald/core';
import {
  ETHERNET_MIN_LENGTH,
  type EthernetHeader,
  EtherType,
  encodeEthernet,
  ethernetLength,
  Ipv4Address,
  Ipv6Address,
  type MacAddress,
  VLAN_TAG_LENGTH,
} from '@nic-herald/wire';

/** Where a guest's packet goes, and from whom. */
interface PacketEnvelope<A> {
  /** Source of the frame, and its VLAN. */
  readonly station: Station;
  readonly destinationMac: MacAddress;
  readonly source: A;
  readonly destination: A;
}

const IGMP = 2;
const ICMPV6 = 58;
const HOP_BY_HOP = 0;
const CHECKSUM = 2; // within IGMP and ICMPv6 messages

/** A packet in its frame, padded to what Ethernet carries. */
export const frameAround = (
  { mac, vlan }: Station,
  destination: MacAddress,
  etherType: number,
  packet: Uint8Array,
): Uint8Array => {
  const tag = { protocol: EtherType.customerTag, id: vlan ?? 0, priority: 0, dropEligible: false };
  const header: EthernetHeader = {
    destination,
    source: mac,
    tags: vlan === undefined ? [] : [tag],
    etherType,
  };
  const packetAt = ethernetLength(header);
  const least = ETHERNET_MIN_LENGTH + header.tags.length * VLAN_TAG_LENGTH;
  const frame = new Uint8Array(Math.max(least, packetAt + packet.length));
  encodeEthernet(header, frame, 0);
  frame.set(packet, packetAt);
  return frame;
};

/** An IGMP message, its checksum yet to come, as a host sends it: with a router alert and TTL 1. */
export const igmpFrame = (envelope: PacketEnvelope<Ipv4Address>, message: Uint8Array): Uint8Array => {
  const header = new Uint8Array(24);
  header.set([0x46, 0xc0, ...word(24 + message.length), 0, 0, 0x40, 0, 1, IGMP]);
  Ipv4Address.write(envelope.source, header, 12);
  Ipv4Address.write(envelope.destination, header, 16);
  header.set([0x94, 0x04, 0, 0], 20);
  header.set(checksum(header), 10);
  const packet = joined(header, withChecksum(message, message));
  return frameAround(envelope.station, envelope.destinationMac, EtherType.ipv4, packet);
};

/** An ICMPv6 message, its checksum yet to come; with a router alert, which MLD has, where that is wanted. */
export const icmpv6Frame = (
  envelope: PacketEnvelope<Ipv6Address> & { readonly hopLimit: number; readonly routerAlert?: boolean },
  message: Uint8Array,
): Uint8Array => {
  const addresses = new Uint8Array(32);
  Ipv6Address.write(envelope.source, addresses, 0);
  Ipv6Address.write(envelope.destination, addresses, 16);
  const alert = envelope.routerAlert === true ? [ICMPV6, 0, 0x05, 0x02, 0, 0, 0x01, 0] : [];
  const next = alert.length === 0 ? ICMPV6 : HOP_BY_HOP;
  const header = [0x60, 0, 0, 0, ...word(alert.length + message.length), next, envelope.hopLimit];
  const pseudoHeader = joined(addresses, Uint8Array.of(0, 0, ...word(message.length), 0, 0, 0, ICMPV6));
  const packet = joined(
    Uint8Array.from(header),
    addresses,
    Uint8Array.from(alert),
    withChecksum(message, joined(pseudoHeader, message)),
  );
  return frameAround(envelope.station, envelope.destinationMac, EtherType.ipv6, packet);
};

const withChecksum = (message: Uint8Array, covered: Uint8Array): Uint8Array => {
  const whole = Uint8Array.from(message);
  whole.set(checksum(covered), CHECKSUM);
  return whole;
};

/** RFC 1071; an odd last byte is padded with zero. */
const checksum = (bytes: Uint8Array): readonly [number, number] => {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return word(sum ^ 0xffff);
};

const word = (value: number): readonly [number, number] => [value >>> 8, value & 0xff];

const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
