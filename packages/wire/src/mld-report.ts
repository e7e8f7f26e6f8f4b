// Read RFC 3810 sections 5.2 and 6.2 before editing.
import { groupReport, groupReportLength } from './group-records.js';
import { icmpv6FrameLength, writeIcmpv6Frame } from './icmpv6-frame.js';
import { Ipv6Address } from './ipv6-address.js';
import { MacAddress } from './mac-address.js';
import type { VlanId } from './vlan-id.js';

/**
 * An MLDv2 report of the groups that a host is in, each from any source: its answer to a general query.
 * nic-herald sends none; tests do. Read one with {@link multicastReport}.
 */
export interface MldReport {
  /** Source of the frame. */
  readonly source: MacAddress;
  /** Absent = untagged; else one 0x8100 tag of priority 0. */
  readonly vlan?: VlanId | undefined;
  /** Source of the packet: link-local, or :: while the host has no address. */
  readonly sourceIp: Ipv6Address;
  /** At most 72: what fits a packet of 1500 bytes. */
  readonly groups: readonly Ipv6Address[];
}

const TYPE = 143;
const ROUTERS = Ipv6Address.of('ff02::16'); // all MLDv2-capable routers
const ROUTERS_MAC = MacAddress.of('33:33:00:00:00:16');

/** Bytes of the frame without FCS: 70, or 74 with a tag, and 20 for each group. */
export function mldReportLength(frame: MldReport): number {
  const envelope = { vlan: frame.vlan, routerAlert: true };
  return icmpv6FrameLength(envelope, groupReportLength(Ipv6Address, frame.groups.length));
}

/** Writes the whole frame at `offset` and returns its length. Throws an EncodeError where it does not fit. */
export function encodeMldReport(frame: MldReport, out: Uint8Array, offset: number): number {
  const { groups, source, sourceIp, vlan } = frame;
  const envelope = {
    destination: ROUTERS_MAC,
    source,
    vlan,
    destinationIp: ROUTERS,
    sourceIp,
    hopLimit: 1,
    routerAlert: true,
  };
  return writeIcmpv6Frame('mld', envelope, groupReport(Ipv6Address, TYPE, groups), out, offset);
}
