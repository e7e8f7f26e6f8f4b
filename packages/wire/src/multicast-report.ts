// Read RFC 3376 section 4.2, RFC 2236, RFC 1112 appendix I, RFC 3810 section 5.2 and RFC 2710 before editing.
import { readUint16 } from './byte-order.js';
import { isDecodeError } from './decode-error.js';
import { EtherType, VLAN_TAG_LENGTH } from './ethernet.js';
import { type GroupAddress, groupsOfReport } from './group-records.js';
import { HOP_BY_HOP, NEXT_HEADER, readIcmpv6Frame } from './icmpv6-frame.js';
import { IGMP, PROTOCOL, readIgmpFrame } from './igmp-frame.js';
import type { IpAddress } from './ip-address.js';
import { Ipv4Address } from './ipv4-address.js';
import { Ipv6Address } from './ipv6-address.js';
import type { MacAddress } from './mac-address.js';
import type { VlanId } from './vlan-id.js';

/** A host's word on which multicast groups it is in. */
export interface MulticastReport {
  readonly protocol: 'igmp' | 'mld';
  /** IGMP 1 to 3, MLD 1 or 2. */
  readonly version: 1 | 2 | 3;
  /** Absent = untagged. */
  readonly vlan?: VlanId;
  /** Source of the frame: the station whose port a snooping switch adds to the groups. */
  readonly source: MacAddress;
  /** Source of the packet; 0.0.0.0 or :: from a host without an address yet. */
  readonly sourceIp: IpAddress;
  /**
   * The groups that it is in or joins, from any or certain sources, without repetition, at most 256. Those that
   * it leaves are not among them, so that there may be none.
   */
  readonly groups: readonly IpAddress[];
}

const MAX_GROUPS = 256; // a packet of 1500 bytes holds 183
const ETHER_TYPE = 12; // offset in an untagged frame

/**
 * Reads the membership report in a whole frame (without FCS); `undefined` for every other frame: also for
 * leaves (IGMP type 0x17, MLD type 132), for wrong checksums, and for MLD that a router must ignore, since no
 * snooping switch acts upon those either. Never throws; cheap for what is neither IGMP nor MLD.
 */
export function multicastReport(frame: Uint8Array): MulticastReport | undefined {
  const tagged = readUint16(frame, ETHER_TYPE) === EtherType.customerTag;
  const etherTypeAt = tagged ? ETHER_TYPE + VLAN_TAG_LENGTH : ETHER_TYPE;
  const etherType = readUint16(frame, etherTypeAt);
  const packetAt = etherTypeAt + 2;
  if (etherType === EtherType.ipv4 && frame[packetAt + PROTOCOL] === IGMP) return igmpReport(frame);
  if (etherType === EtherType.ipv6 && frame[packetAt + NEXT_HEADER] === HOP_BY_HOP) return mldReport(frame);
  return undefined;
}

const IGMP_GROUP = 4; // versions 1 and 2
const IGMP_VERSIONS = new Map<number | undefined, 1 | 2 | 3>([
  [0x12, 1],
  [0x16, 2],
  [0x22, 3],
]);

function igmpReport(frame: Uint8Array): MulticastReport | undefined {
  const packet = readIgmpFrame(frame);
  if (isDecodeError(packet)) return undefined;
  const { message, source, sourceIp, vlan } = packet;
  const version = IGMP_VERSIONS.get(message[0]);
  if (version === undefined) return undefined;
  const groups =
    version === 3
      ? groupsOfReport(Ipv4Address, message, MAX_GROUPS)
      : groupAt(IGMP_GROUP, Ipv4Address, message);
  if (groups === undefined) return undefined;
  return { protocol: 'igmp', version, ...(vlan === undefined ? {} : { vlan }), source, sourceIp, groups };
}

const MLD_GROUP = 8; // version 1
const MLD_VERSIONS = new Map<number | undefined, 1 | 2>([
  [131, 1],
  [143, 2],
]);

function mldReport(frame: Uint8Array): MulticastReport | undefined {
  const packet = readIcmpv6Frame('mld', frame);
  if (isDecodeError(packet)) return undefined;
  const { hopLimit, message, routerAlert, source, sourceIp, vlan } = packet;
  const version = MLD_VERSIONS.get(message[0]);
  // RFC 3810 section 7.4; and from :: while the host's own address is still tentative (section 5.2.13).
  const onLink = hopLimit === 1 && (Ipv6Address.isLinkLocal(sourceIp) || sourceIp === '::');
  if (version === undefined || !routerAlert || !onLink) return undefined;
  const groups =
    version === 2
      ? groupsOfReport(Ipv6Address, message, MAX_GROUPS)
      : groupAt(MLD_GROUP, Ipv6Address, message);
  if (groups === undefined) return undefined;
  return { protocol: 'mld', version, ...(vlan === undefined ? {} : { vlan }), source, sourceIp, groups };
}

/** The one group of the older reports; `undefined` where it is none, or is cut off. */
function groupAt<T extends IpAddress>(
  at: number,
  kind: GroupAddress<T>,
  message: Uint8Array,
): T[] | undefined {
  const group = kind.fromBytes(message, at);
  return isDecodeError(group) || !kind.isMulticast(group) ? undefined : [group];
}
