import {
  decodeEthernet,
  EtherType,
  encodeEthernet,
  IpAddress,
  Ipv4Address,
  Ipv6Address,
  isDecodeError,
} from '@nic-herald/wire';
import type { MulticastStream } from './multicast-stream.js';
import { peerMac } from './probe-frame.js';

const protocols = { hopByHop: 0, igmp: 2, udp: 17, icmpv6: 58 } as const;
const udpPort = 5001;
const hopLimit = 8;
const ipv4Header = 20;
const ipv6Header = 40;
const udpHeader = 8;
/** Flow number and sequence. */
const payloadLength = 6;

/** The `sequence`-th UDP datagram of a stream, in its frame. */
export function streamFrame(stream: MulticastStream, sequence: number): Uint8Array {
  const packet = IpAddress.isIpv6(stream.group) ? ipv6Packet(stream) : ipv4Packet(stream);
  const data = new DataView(packet.buffer);
  const udp = packet.length - udpHeader - payloadLength;
  data.setUint16(udp, udpPort);
  data.setUint16(udp + 2, udpPort);
  data.setUint16(udp + 4, udpHeader + payloadLength);
  data.setUint16(udp + udpHeader, stream.flow);
  data.setUint32(udp + udpHeader + 2, sequence);
  if (IpAddress.isIpv6(stream.group)) {
    // The pseudo header: both addresses, length and protocol (RFC 8200 8.1). Over IPv4 a checksum of 0 will do.
    const pseudo = udpHeader + payloadLength + protocols.udp;
    data.setUint16(udp + 6, internetChecksum(packet.subarray(8), pseudo));
  }
  return ethernetFrame(stream, packet);
}

/** The flow number of a stream's frame that carries the group and tag of that stream; undefined for other frames. */
export function flowOfStream(bytes: Uint8Array, streams: readonly MulticastStream[]): number | undefined {
  const packet = packetIn(bytes);
  if (packet?.protocol !== protocols.udp) return undefined;
  const { data, payload } = packet;
  if (data.byteLength < payload + udpHeader + payloadLength || data.getUint16(payload + 2) !== udpPort) {
    return undefined;
  }
  const flow = data.getUint16(payload + udpHeader);
  const stream = streams.find((each) => each.flow === flow);
  return stream && packet.destination === stream.mac && packet.vlan === (stream.vlan ?? 0) ? flow : undefined;
}

/** What a frame has to do with group membership. */
export interface MembershipFrame {
  readonly kind: 'query' | 'report';
  readonly family: 'ipv4' | 'ipv6';
  /** 0 = untagged. */
  readonly vlan: number;
}

/** IGMP 0x11 query, 0x12, 0x16, 0x22 reports; MLD 130 query, 131, 143 reports (RFC 9776 4, RFC 9777 5). */
const queries = { ipv4: 0x11, ipv6: 130 } as const;
const reports: Readonly<Record<'ipv4' | 'ipv6', readonly number[]>> = {
  ipv4: [0x12, 0x16, 0x22],
  ipv6: [131, 143],
};

/** An IGMP or MLD query or report; undefined for other frames. */
export function membershipOf(bytes: Uint8Array): MembershipFrame | undefined {
  const packet = packetIn(bytes);
  if (!packet || packet.protocol !== protocols[packet.family === 'ipv4' ? 'igmp' : 'icmpv6'])
    return undefined;
  if (packet.payload >= packet.data.byteLength) return undefined;
  const { family, vlan } = packet;
  const type = packet.data.getUint8(packet.payload);
  if (type === queries[family]) return { kind: 'query', family, vlan };
  return reports[family].includes(type) ? { kind: 'report', family, vlan } : undefined;
}

interface IpPacket {
  readonly family: 'ipv4' | 'ipv6';
  readonly destination: string;
  readonly vlan: number;
  readonly protocol: number;
  /** Of the frame. */
  readonly data: DataView;
  /** Where in the frame the transport header begins. */
  readonly payload: number;
}

function packetIn(bytes: Uint8Array): IpPacket | undefined {
  const frame = decodeEthernet(bytes);
  if (isDecodeError(frame)) return undefined;
  const { destination, payloadOffset: at } = frame;
  const vlan = frame.tags[0]?.id ?? 0;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (frame.etherType === EtherType.ipv4 && bytes.length >= at + ipv4Header) {
    const payload = at + (data.getUint8(at) & 0x0f) * 4;
    return { family: 'ipv4', destination, vlan, data, protocol: data.getUint8(at + 9), payload };
  }
  if (frame.etherType !== EtherType.ipv6 || bytes.length < at + ipv6Header + 2) return undefined;
  const next = data.getUint8(at + 6);
  const options = at + ipv6Header;
  // MLD stands behind a hop-by-hop header with the router alert.
  const [protocol, payload] =
    next === protocols.hopByHop
      ? [data.getUint8(options), options + 8 * (1 + data.getUint8(options + 1))]
      : [next, options];
  return { family: 'ipv6', destination, vlan, data, protocol, payload };
}

function ipv4Packet({ source, group }: MulticastStream): Uint8Array {
  const packet = new Uint8Array(ipv4Header + udpHeader + payloadLength);
  const data = new DataView(packet.buffer);
  data.setUint8(0, 0x45);
  data.setUint16(2, packet.length);
  data.setUint8(8, hopLimit);
  data.setUint8(9, protocols.udp);
  Ipv4Address.write(source as Ipv4Address, packet, 12);
  Ipv4Address.write(group as Ipv4Address, packet, 16);
  data.setUint16(10, internetChecksum(packet.subarray(0, ipv4Header), 0));
  return packet;
}

function ipv6Packet({ source, group }: MulticastStream): Uint8Array {
  const packet = new Uint8Array(ipv6Header + udpHeader + payloadLength);
  const data = new DataView(packet.buffer);
  data.setUint8(0, 0x60);
  data.setUint16(4, udpHeader + payloadLength);
  data.setUint8(6, protocols.udp);
  data.setUint8(7, hopLimit);
  Ipv6Address.write(source as Ipv6Address, packet, 8);
  Ipv6Address.write(group as Ipv6Address, packet, 24);
  return packet;
}

function ethernetFrame({ mac, vlan, group }: MulticastStream, packet: Uint8Array): Uint8Array {
  const tags =
    vlan === undefined
      ? []
      : [{ protocol: EtherType.customerTag, id: vlan, priority: 0, dropEligible: false } as const];
  const etherType = IpAddress.isIpv6(group) ? EtherType.ipv6 : EtherType.ipv4;
  const frame = new Uint8Array(128);
  const at = encodeEthernet({ destination: mac, source: peerMac, tags, etherType }, frame, 0);
  frame.set(packet, at);
  return frame.subarray(0, Math.max(60 + tags.length * 4, at + packet.length));
}

/** RFC 1071, over an even number of bytes. */
function internetChecksum(bytes: Uint8Array, start: number): number {
  let sum = start;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 2) sum += data.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
