// Read RFC 3376 sections 4.2 and 5.2 before editing.
import { groupReport, groupReportLength } from './group-records.js';
import { igmpFrameLength, writeIgmpFrame } from './igmp-frame.js';
import { Ipv4Address } from './ipv4-address.js';
import { MacAddress } from './mac-address.js';
import type { VlanId } from './vlan-id.js';

/**
 * An IGMPv3 report of the groups that a host is in, each from any source: its answer to a general query.
 * nic-herald sends none; tests do. Read one with {@link multicastReport}.
 */
export interface IgmpReport {
  /** Source of the frame. */
  readonly source: MacAddress;
  /** Absent = untagged; else one 0x8100 tag of priority 0. */
  readonly vlan?: VlanId | undefined;
  /** Source of the packet: the host's address, 0.0.0.0 while it has none. */
  readonly sourceIp: Ipv4Address;
  /** At most 183: what fits a packet of 1500 bytes. */
  readonly groups: readonly Ipv4Address[];
}

const TYPE = 0x22;
const ROUTERS = Ipv4Address.of('224.0.0.22'); // all IGMPv3-capable multicast routers
const ROUTERS_MAC = MacAddress.of('01:00:5e:00:00:16');

/** Bytes of the frame without FCS: 60 at least, or 64 with a tag; with two groups or more, 8 for each. */
export function igmpReportLength(frame: IgmpReport): number {
  return igmpFrameLength(frame.vlan, groupReportLength(Ipv4Address, frame.groups.length));
}

/** Writes the whole frame, padding included, at `offset` and returns its length. Throws an EncodeError. */
export function encodeIgmpReport(frame: IgmpReport, out: Uint8Array, offset: number): number {
  const { groups, source, sourceIp, vlan } = frame;
  const envelope = { destination: ROUTERS_MAC, source, vlan, destinationIp: ROUTERS, sourceIp };
  return writeIgmpFrame(envelope, groupReport(Ipv4Address, TYPE, groups), out, offset);
}
