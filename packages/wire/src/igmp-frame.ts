// Read RFC 791 section 3.1, RFC 2113, and RFC 3376 section 4, before editing.
import { readUint16, writeUint16 } from './byte-order.js';
import { DecodeError, isDecodeError } from './decode-error.js';
import { requireRoom } from './encode-error.js';
import { EtherType, encodeEthernet, frameLength, tagsFor } from './ethernet.js';
import { internetChecksum, wrongChecksum } from './internet-checksum.js';
import { Ipv4Address } from './ipv4-address.js';
import type { MacAddress } from './mac-address.js';
import { readStationFrame } from './station-vlan.js';
import type { VlanId } from './vlan-id.js';

/** What stands around an IGMP message in its frame. */
export interface IgmpEnvelope {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly vlan?: VlanId | undefined;
  readonly destinationIp: Ipv4Address;
  readonly sourceIp: Ipv4Address;
}

/** An IGMP message, its envelope, what the IPv4 header says, and where the parts begin that errors point at. */
export interface IgmpFrame extends IgmpEnvelope {
  readonly timeToLive: number;
  /** Whether the packet's first option is the router alert (RFC 2113). */
  readonly routerAlert: boolean;
  readonly message: Uint8Array;
  readonly messageOffset: number;
  readonly packetOffset: number;
}

// offset  0    1     2       4    6      8     9          10         12       16            20
// IPv4  | 46 | TOS | length | id | 4000 | TTL | protocol | checksum | source | destination | router alert | IGMP
const TOTAL_LENGTH = 2;
const FRAGMENT = 6;
/** Offset of the time to live in the packet, for the errors of those who demand a certain one. */
export const TIME_TO_LIVE = 8;
/** Offset of the protocol in the packet. */
export const PROTOCOL = 9;
const HEADER_CHECKSUM = 10;
const SOURCE = 12;
/** Offset of the destination in the packet. */
export const DESTINATION = 16;
const MIN_HEADER_LENGTH = 20;
const HEADER_LENGTH = 24; // with the router alert

// Internetwork control (RFC 3376 section 4); not to be fragmented, so that id 0 is right (RFC 6864); TTL 1.
const HEADER = Uint8Array.of(0x46, 0xc0, 0, 0, 0, 0, 0x40, 0, 1, 2);
const ROUTER_ALERT = Uint8Array.of(0x94, 0x04, 0x00, 0x00);
const MORE_FRAGMENTS_OR_OFFSET = 0x3fff;
/** The IP protocol number of IGMP. */
export const IGMP = 2;

const CHECKSUM = 2; // within the message
const MESSAGE_MIN_LENGTH = 8;

/** Bytes of the frame without FCS around a message: 60 at least, or 64 with a tag. */
export function igmpFrameLength(vlan: VlanId | undefined, messageLength: number): number {
  return frameLength(HEADER_LENGTH + messageLength, vlan);
}

/**
 * Writes the whole frame around `message`, whose own checksum field is taken for zero, at `offset` and returns
 * its length. Throws an EncodeError.
 */
export function writeIgmpFrame(
  envelope: IgmpEnvelope,
  message: Uint8Array,
  out: Uint8Array,
  offset: number,
): number {
  const { destination, destinationIp, source, sourceIp, vlan } = envelope;
  const length = igmpFrameLength(vlan, message.length);
  requireRoom('igmp', out, offset, length);
  const header = { destination, source, tags: tagsFor(vlan), etherType: EtherType.ipv4 };
  const packetAt = offset + encodeEthernet(header, out, offset);
  const messageAt = packetAt + HEADER_LENGTH;
  const messageEnd = messageAt + message.length;

  out.fill(0, packetAt, offset + length);
  out.set(HEADER, packetAt);
  writeUint16(HEADER_LENGTH + message.length, out, packetAt + TOTAL_LENGTH);
  Ipv4Address.write(sourceIp, out, packetAt + SOURCE);
  Ipv4Address.write(destinationIp, out, packetAt + DESTINATION);
  out.set(ROUTER_ALERT, packetAt + MIN_HEADER_LENGTH);
  writeUint16(internetChecksum(out, packetAt, messageAt), out, packetAt + HEADER_CHECKSUM);

  out.set(message, messageAt);
  writeUint16(0, out, messageAt + CHECKSUM);
  writeUint16(internetChecksum(out, messageAt, messageEnd), out, messageAt + CHECKSUM);
  return length;
}

/**
 * Reads a whole frame (without FCS) that carries one IGMP message of any type. A DecodeError for anything else,
 * for fragments and for wrong checksums.
 */
export function readIgmpFrame(frame: Uint8Array): IgmpFrame | DecodeError {
  const ethernet = readStationFrame('igmp', EtherType.ipv4, frame);
  if (isDecodeError(ethernet)) return ethernet;
  const { payloadOffset: packetOffset, ...ends } = ethernet;
  const header = readIpv4Header(frame, packetOffset);
  if (isDecodeError(header)) return header;

  const { messageEnd, messageOffset } = header;
  const message = frame.subarray(messageOffset, messageEnd);
  if (message.length < MESSAGE_MIN_LENGTH) {
    return DecodeError.truncated('igmp', messageOffset, MESSAGE_MIN_LENGTH, message.length);
  }
  const wrong = wrongChecksum(
    'igmp',
    'IGMP checksum',
    frame,
    messageOffset,
    messageEnd,
    messageOffset + CHECKSUM,
  );
  if (wrong !== undefined) return wrong;
  const sourceIp = Ipv4Address.fromBytes(frame, packetOffset + SOURCE);
  if (isDecodeError(sourceIp)) return sourceIp;
  const destinationIp = Ipv4Address.fromBytes(frame, packetOffset + DESTINATION);
  if (isDecodeError(destinationIp)) return destinationIp;
  const timeToLive = frame[packetOffset + TIME_TO_LIVE] ?? 0;
  const options = frame.subarray(packetOffset + MIN_HEADER_LENGTH, messageOffset);
  const routerAlert = ROUTER_ALERT.every((byte, index) => options[index] === byte);
  return {
    ...ends,
    destinationIp,
    sourceIp,
    timeToLive,
    routerAlert,
    message,
    messageOffset,
    packetOffset,
  };
}

/** Where the message of an unfragmented IGMP packet at `at` begins and ends. */
function readIpv4Header(
  frame: Uint8Array,
  at: number,
): { readonly messageOffset: number; readonly messageEnd: number } | DecodeError {
  const left = frame.length - at;
  if (left < MIN_HEADER_LENGTH) return DecodeError.truncated('igmp', at, MIN_HEADER_LENGTH, left);
  const version = (frame[at] ?? 0) >> 4;
  if (version !== 4) return DecodeError.invalid('igmp', 'IP version', at, '4', version);
  const length = 4 * ((frame[at] ?? 0) & 0x0f);
  if (length < MIN_HEADER_LENGTH) {
    return DecodeError.invalid('igmp', 'IP header length', at, '20 to 60 bytes', length);
  }
  const total = readUint16(frame, at + TOTAL_LENGTH);
  if (total < length) {
    return DecodeError.invalid('igmp', 'IP length', at + TOTAL_LENGTH, `${length} or more`, total);
  }
  if (total > left) return DecodeError.truncated('igmp', at, total, left);
  const fragment = readUint16(frame, at + FRAGMENT) & MORE_FRAGMENTS_OR_OFFSET;
  if (fragment !== 0) return DecodeError.invalid('igmp', 'fragment', at + FRAGMENT, 'none', fragment);
  const protocol = frame[at + PROTOCOL] ?? 0;
  if (protocol !== IGMP) {
    return DecodeError.invalid('igmp', 'IP protocol', at + PROTOCOL, `${IGMP} (IGMP)`, protocol);
  }
  const wrong = wrongChecksum('igmp', 'IP header checksum', frame, at, at + length, at + HEADER_CHECKSUM);
  return wrong ?? { messageOffset: at + length, messageEnd: at + total };
}
