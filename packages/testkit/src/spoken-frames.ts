// Read RFC 826, RFC 4861 section 4, RFC 3376 section 4.2 and RFC 3810 section 5.2 before editing.
import type { Station } from '@nic-herald/core';
import { arpLength, encodeArp, Ipv4Address, Ipv6Address, MacAddress } from '@nic-herald/wire';
import { icmpv6Frame, igmpFrame } from './internet-frame.js';

/** An ARP packet as a guest sends it from one of its stations. */
export interface SpokenArp {
  readonly operation: 'request' | 'reply';
  readonly senderIp: Ipv4Address;
  readonly targetIp: Ipv4Address;
  /** Default: the station's own MAC. */
  readonly senderMac?: MacAddress;
}

/** Neighbour discovery as a guest sends it from one of its stations. */
export interface SpokenDiscovery {
  readonly type: keyof typeof DISCOVERY;
  /** Source of the packet; `::` while it has no address. */
  readonly source: Ipv6Address;
  /** What is asked for or advertised; of solicitations and advertisements of neighbours alone. */
  readonly target?: Ipv6Address;
  /** R, S and O of a neighbour advertisement: 0x80, 0x40, 0x20; default none. */
  readonly flags?: number;
  /** What the link-layer address option says; default the station's own MAC, `undefined` for no option. */
  readonly named?: MacAddress | undefined;
  /** Default 255, which proves that no router has passed it on. */
  readonly hopLimit?: number;
}

const BROADCAST = MacAddress.of('ff:ff:ff:ff:ff:ff');
const UNKNOWN_MAC = MacAddress.of('00:00:00:00:00:00');
const ALL_NODES = { destination: Ipv6Address.of('ff02::1'), mac: MacAddress.of('33:33:00:00:00:01') };

/** Type, where the options begin, and which of the two link-layer address options it has. */
const DISCOVERY = {
  'router-solicitation': { type: 133, options: 8, option: 1 },
  'router-advertisement': { type: 134, options: 16, option: 1 },
  'neighbour-solicitation': { type: 135, options: 24, option: 1 },
  'neighbour-advertisement': { type: 136, options: 24, option: 2 },
} as const;

/** An ARP request or reply, to everybody. */
export const arpFrame = (station: Station, packet: SpokenArp): Uint8Array => {
  const { mac, vlan } = station;
  const { senderMac = mac } = packet;
  const whole = { ...packet, vlan, destination: BROADCAST, source: mac, senderMac, targetMac: UNKNOWN_MAC };
  const frame = new Uint8Array(arpLength(whole));
  encodeArp(whole, frame, 0);
  return frame;
};

/** A message of neighbour discovery, whichever it is to all nodes. */
export const discoveryFrame = (station: Station, packet: SpokenDiscovery): Uint8Array => {
  const { type, options, option } = DISCOVERY[packet.type];
  const named = 'named' in packet ? packet.named : station.mac;
  const message = new Uint8Array(options + (named === undefined ? 0 : 8));
  message[0] = type;
  if (packet.type === 'neighbour-advertisement') message[4] = packet.flags ?? 0;
  if (packet.target !== undefined) Ipv6Address.write(packet.target, message, 8);
  if (named !== undefined) {
    message.set([option, 1], options);
    MacAddress.write(named, message, options + 2);
  }
  const { source, hopLimit = 255 } = packet;
  const { destination, mac: destinationMac } = ALL_NODES;
  return icmpv6Frame({ station, destinationMac, source, destination, hopLimit }, message);
};

const IGMP_ROUTERS = { destination: Ipv4Address.of('224.0.0.22'), mac: MacAddress.of('01:00:5e:00:00:16') };
const MLD_ROUTERS = { destination: Ipv6Address.of('ff02::16'), mac: MacAddress.of('33:33:00:00:00:16') };
const IGMPV3_REPORT = 0x22;
const MLDV2_REPORT = 143;
const FROM_ANY_SOURCE = 2; // a record of type MODE_IS_EXCLUDE that excludes nobody

/** An IGMPv3 report of membership in these groups, whoever their senders are. */
export const igmpReportFrame = (
  station: Station,
  source: Ipv4Address,
  groups: readonly Ipv4Address[],
): Uint8Array => {
  const message = groupReport(IGMPV3_REPORT, 4, Ipv4Address.write, groups);
  const { destination, mac: destinationMac } = IGMP_ROUTERS;
  return igmpFrame({ station, destinationMac, source, destination }, message);
};

/** An MLDv2 report of membership in these groups, whoever their senders are. */
export const mldReportFrame = (
  station: Station,
  source: Ipv6Address,
  groups: readonly Ipv6Address[],
): Uint8Array => {
  const message = groupReport(MLDV2_REPORT, 16, Ipv6Address.write, groups);
  const { destination, mac: destinationMac } = MLD_ROUTERS;
  const envelope = { station, destinationMac, source, destination, hopLimit: 1, routerAlert: true };
  return icmpv6Frame(envelope, message);
};

/** The message of a report, which IGMPv3 and MLDv2 lay out alike but for the bytes of an address. */
const groupReport = <A>(
  type: number,
  addressBytes: number,
  write: (group: A, out: Uint8Array, offset: number) => void,
  groups: readonly A[],
): Uint8Array => {
  const recordBytes = 4 + addressBytes;
  const message = new Uint8Array(8 + groups.length * recordBytes);
  message.set([type, 0, 0, 0, 0, 0, 0, groups.length]);
  for (const [index, group] of groups.entries()) {
    const at = 8 + index * recordBytes;
    message[at] = FROM_ANY_SOURCE;
    write(group, message, at + 4);
  }
  return message;
};
