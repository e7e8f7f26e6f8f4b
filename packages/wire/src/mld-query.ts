// Read RFC 3810 sections 5.1, 6.2 and 9, and RFC 4541 section 3, before editing.
import { readUint16, writeUint16 } from './byte-order.js';
import { DecodeError, isDecodeError } from './decode-error.js';
import {
  ALL_NODES,
  ALL_NODES_MAC,
  DESTINATION,
  HEADER_LENGTH,
  HOP_LIMIT,
  icmpv6FrameLength,
  readIcmpv6Frame,
  SOURCE,
  writeIcmpv6Frame,
} from './icmpv6-frame.js';
import { Ipv6Address } from './ipv6-address.js';
import type { MacAddress } from './mac-address.js';
import type { VlanId } from './vlan-id.js';

/**
 * An MLDv2 general query to all nodes: asks every host on the link for all the IPv6 groups it is in. Whoever
 * sends one takes part in the querier election, which the numerically lowest address wins (RFC 3810 section
 * 7.6.2), so the caller chooses `sourceIp` with care.
 */
export interface MldQuery {
  /** Source of the frame. */
  readonly source: MacAddress;
  /** Absent = untagged; else one 0x8100 tag of priority 0. */
  readonly vlan?: VlanId | undefined;
  /** Source of the packet. Hosts drop a query whose source is not link-local (section 6.2). */
  readonly sourceIp: Ipv6Address;
  /** Within which hosts answer, 0 to 65535: milliseconds below 32768, else a float (section 5.1.3). 0: at once. */
  readonly maxResponseCode: number;
  /** Querier's robustness variable, 0 to 7; 0 for more than 7 (section 5.1.8). Commonly 2. */
  readonly robustness: number;
  /** Querier's query interval code, 0 to 255: seconds below 128, else a float (section 5.1.9). Commonly 125. */
  readonly intervalCode: number;
}

// offset  0     1   2          4                   6          8       24      25     26
// message | 130 | 0 | checksum | max response code | reserved | group | S QRV | QQIC | number of sources
const TYPE = 130;
const MAX_RESPONSE_CODE = 4;
const GROUP = 8;
const ROBUSTNESS = 24;
const INTERVAL_CODE = 25;
const SOURCES = 26;
const MESSAGE_LENGTH = 28; // 24 would be MLDv1's

const EVERY_GROUP = Ipv6Address.of('::');

/** Bytes of the frame without FCS: 90, or 94 with a tag. */
export function mldQueryLength(frame: MldQuery): number {
  return icmpv6FrameLength({ vlan: frame.vlan, routerAlert: true }, MESSAGE_LENGTH);
}

/** Writes the whole frame at `offset` and returns its length. Throws an EncodeError where it does not fit. */
export function encodeMldQuery(frame: MldQuery, out: Uint8Array, offset: number): number {
  const { intervalCode, maxResponseCode, robustness, source, sourceIp, vlan } = frame;
  const message = new Uint8Array(MESSAGE_LENGTH);
  message[0] = TYPE;
  writeUint16(maxResponseCode, message, MAX_RESPONSE_CODE);
  message[ROBUSTNESS] = robustness;
  message[INTERVAL_CODE] = intervalCode;
  const envelope = {
    destination: ALL_NODES_MAC,
    source,
    vlan,
    destinationIp: ALL_NODES,
    sourceIp,
    hopLimit: 1,
    routerAlert: true,
  };
  return writeIcmpv6Frame('mld', envelope, message, out, offset);
}

/**
 * Reads a general query of version 2 out of a whole frame (without FCS), whoever sent it. A DecodeError for
 * what a host must drop (section 6.2), version 1, and queries for one group. The S flag is not looked at.
 */
export function decodeMldQuery(frame: Uint8Array): MldQuery | DecodeError {
  const packet = readIcmpv6Frame('mld', frame);
  if (isDecodeError(packet)) return packet;
  const { message, messageOffset, packetOffset, source, sourceIp } = packet;
  if (message[0] !== TYPE) {
    return DecodeError.invalid('mld', 'type', messageOffset, String(TYPE), message[0] ?? 0);
  }
  if (message.length < MESSAGE_LENGTH) {
    return DecodeError.truncated('mld', messageOffset, MESSAGE_LENGTH, message.length);
  }
  const group = Ipv6Address.fromBytes(message, GROUP);
  if (isDecodeError(group)) return group;
  const fields = [
    ['code', messageOffset + 1, 0, message[1] ?? 0],
    ['destination', 0, ALL_NODES_MAC, packet.destination],
    ['hop limit', packetOffset + HOP_LIMIT, 1, packet.hopLimit],
    ['destination IP', packetOffset + DESTINATION, ALL_NODES, packet.destinationIp],
    ['router alert', packetOffset + HEADER_LENGTH, 'there', packet.routerAlert ? 'there' : 'absent'],
    ['group', messageOffset + GROUP, EVERY_GROUP, group],
    ['number of sources', messageOffset + SOURCES, 0, readUint16(message, SOURCES)],
  ] as const;
  for (const [field, at, need, have] of fields) {
    if (have !== need) return DecodeError.invalid('mld', field, at, String(need), have);
  }
  if (!Ipv6Address.isLinkLocal(sourceIp)) {
    return DecodeError.invalid('mld', 'source IP', packetOffset + SOURCE, 'link-local (fe80::/10)', sourceIp);
  }
  return {
    source,
    ...(packet.vlan === undefined ? {} : { vlan: packet.vlan }),
    sourceIp,
    maxResponseCode: readUint16(message, MAX_RESPONSE_CODE),
    robustness: (message[ROBUSTNESS] ?? 0) & 0x07,
    intervalCode: message[INTERVAL_CODE] ?? 0,
  };
}
