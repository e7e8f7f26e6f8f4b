// Read RFC 3376 sections 4.1 and 7.1, and RFC 4541 section 2.1.1, before editing.
import { readUint16 } from './byte-order.js';
import { DecodeError, isDecodeError } from './decode-error.js';
import { DESTINATION, igmpFrameLength, readIgmpFrame, TIME_TO_LIVE, writeIgmpFrame } from './igmp-frame.js';
import { Ipv4Address } from './ipv4-address.js';
import { MacAddress } from './mac-address.js';
import type { VlanId } from './vlan-id.js';

/**
 * An IGMPv3 general query to all systems: asks every host on the link for all the IPv4 groups it is in. Its
 * source is 0.0.0.0, which never takes part in the querier election (RFC 4541 section 2.1.1).
 */
export interface IgmpQuery {
  /** Source of the frame. */
  readonly source: MacAddress;
  /** Absent = untagged; else one 0x8100 tag of priority 0. */
  readonly vlan?: VlanId | undefined;
  /** Within which hosts answer, 0 to 255: tenths of a second below 128, else a float (section 4.1.1). 0: at once. */
  readonly maxResponseCode: number;
  /** Querier's robustness variable, 0 to 7; 0 for more than 7 (section 4.1.6). Commonly 2. */
  readonly robustness: number;
  /** Querier's query interval code, 0 to 255: seconds below 128, else a float (section 4.1.7). Commonly 125. */
  readonly intervalCode: number;
}

// offset  0    1                   2          4       8       9      10
// message | 11 | max response code | checksum | group | S QRV | QQIC | number of sources
const TYPE = 0x11;
const MAX_RESPONSE_CODE = 1;
const GROUP = 4;
const ROBUSTNESS = 8;
const INTERVAL_CODE = 9;
const SOURCES = 10;
const MESSAGE_LENGTH = 12; // 8 would be version 2's, or with code 0 version 1's (section 7.1)

const ALL_SYSTEMS = Ipv4Address.of('224.0.0.1');
const ALL_SYSTEMS_MAC = MacAddress.of('01:00:5e:00:00:01'); // RFC 1112 section 6.4
const NO_IP = Ipv4Address.of('0.0.0.0');

/** Bytes of the frame without FCS: 60, or 64 with a tag. */
export function igmpQueryLength(frame: IgmpQuery): number {
  return igmpFrameLength(frame.vlan, MESSAGE_LENGTH);
}

/** Writes the whole frame, padding included, at `offset` and returns its length. Throws an EncodeError. */
export function encodeIgmpQuery(frame: IgmpQuery, out: Uint8Array, offset: number): number {
  const { intervalCode, maxResponseCode, robustness, source, vlan } = frame;
  const message = new Uint8Array(MESSAGE_LENGTH);
  message[0] = TYPE;
  message[MAX_RESPONSE_CODE] = maxResponseCode;
  message[ROBUSTNESS] = robustness;
  message[INTERVAL_CODE] = intervalCode;
  const envelope = {
    destination: ALL_SYSTEMS_MAC,
    source,
    vlan,
    destinationIp: ALL_SYSTEMS,
    sourceIp: NO_IP,
  };
  return writeIgmpFrame(envelope, message, out, offset);
}

/**
 * Reads such a query out of a whole frame (without FCS), whoever sent it. A DecodeError for what a host may
 * drop, versions 1 and 2, queries for one group, and queriers that have an address. The S flag is not looked at.
 */
export function decodeIgmpQuery(frame: Uint8Array): IgmpQuery | DecodeError {
  const packet = readIgmpFrame(frame);
  if (isDecodeError(packet)) return packet;
  const { message, messageOffset, packetOffset } = packet;
  if (message[0] !== TYPE) {
    return DecodeError.invalid('igmp', 'type', messageOffset, `${TYPE}`, message[0] ?? 0);
  }
  if (message.length < MESSAGE_LENGTH) {
    return DecodeError.truncated('igmp', messageOffset, MESSAGE_LENGTH, message.length);
  }
  const group = Ipv4Address.fromBytes(message, GROUP);
  if (isDecodeError(group)) return group;
  const fields = [
    ['destination', 0, ALL_SYSTEMS_MAC, packet.destination],
    ['time to live', packetOffset + TIME_TO_LIVE, 1, packet.timeToLive],
    ['source IP', packetOffset + DESTINATION - Ipv4Address.length, NO_IP, packet.sourceIp],
    ['destination IP', packetOffset + DESTINATION, ALL_SYSTEMS, packet.destinationIp],
    ['router alert', packetOffset + DESTINATION + 4, 'there', packet.routerAlert ? 'there' : 'absent'],
    ['group', messageOffset + GROUP, NO_IP, group],
    ['number of sources', messageOffset + SOURCES, 0, readUint16(message, SOURCES)],
  ] as const;
  for (const [field, at, need, have] of fields) {
    if (have !== need) return DecodeError.invalid('igmp', field, at, String(need), have);
  }
  return {
    source: packet.source,
    ...(packet.vlan === undefined ? {} : { vlan: packet.vlan }),
    maxResponseCode: message[MAX_RESPONSE_CODE] ?? 0,
    robustness: (message[ROBUSTNESS] ?? 0) & 0x07,
    intervalCode: message[INTERVAL_CODE] ?? 0,
  };
}
