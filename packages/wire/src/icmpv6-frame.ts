// Read RFC 8200 sections 3, 4.2, 4.3 and 8.1, RFC 4443 section 2.3 and RFC 2711 before editing.
import { readUint16, writeUint16 } from './byte-order.js';
import { DecodeError, isDecodeError, type WireFormat } from './decode-error.js';
import { requireRoom } from './encode-error.js';
import { EtherType, encodeEthernet, frameLength, tagsFor } from './ethernet.js';
import { internetChecksum, sumOfWords, wrongChecksum } from './internet-checksum.js';
import { Ipv6Address } from './ipv6-address.js';
import { MacAddress } from './mac-address.js';
import { readStationFrame } from './station-vlan.js';
import type { VlanId } from './vlan-id.js';

/** What stands around an ICMPv6 message in its frame. */
export interface Icmpv6Envelope {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly vlan?: VlanId | undefined;
  readonly destinationIp: Ipv6Address;
  readonly sourceIp: Ipv6Address;
  readonly hopLimit: number;
  /** Whether the packet begins with a hop-by-hop header that asks every router to look (RFC 2711, value 0: MLD). */
  readonly routerAlert: boolean;
}

/** An ICMPv6 message, its envelope, and where in the frame the parts begin that errors point at. */
export interface Icmpv6Frame extends Icmpv6Envelope {
  readonly message: Uint8Array;
  readonly messageOffset: number;
  readonly packetOffset: number;
}

// offset  0         4                6             7           8         24             40
// IPv6  | 60000000 | payload length | next header | hop limit | source | destination | [hop-by-hop] | ICMPv6
const PAYLOAD_LENGTH = 4;
/** Offset of the next header in the packet. */
export const NEXT_HEADER = 6;
/** Offset of the hop limit in the packet, for the errors of those who demand a certain one. */
export const HOP_LIMIT = 7;
/** Offset of the source in the packet. */
export const SOURCE = 8;
/** Offset of the destination in the packet. */
export const DESTINATION = 24;
/** Bytes of the IPv6 header; a hop-by-hop header begins right behind it. */
export const HEADER_LENGTH = 40;
const VERSION = 0x6000; // 6, and no traffic class

/** The next header that stands for hop-by-hop options. */
export const HOP_BY_HOP = 0;
const ICMPV6 = 58;
// Next header ICMPv6, 8 bytes in all; router alert for MLD (05 02 0000); PadN of nothing (01 00).
const ROUTER_ALERT_HEADER = Uint8Array.of(ICMPV6, 0, 0x05, 0x02, 0x00, 0x00, 0x01, 0x00);
const ROUTER_ALERT_OPTION = 0x05;
const PAD1 = 0;

/** The group of all nodes on a link. */
export const ALL_NODES = Ipv6Address.of('ff02::1');
/** Where frames to {@link ALL_NODES} go (RFC 2464 section 7). */
export const ALL_NODES_MAC = MacAddress.of('33:33:00:00:00:01');
/** The group of all routers on a link. */
export const ALL_ROUTERS = Ipv6Address.of('ff02::2');
/** Where frames to {@link ALL_ROUTERS} go (RFC 2464 section 7). */
export const ALL_ROUTERS_MAC = MacAddress.of('33:33:00:00:00:02');

const CHECKSUM = 2; // within the message
const MESSAGE_MIN_LENGTH = 4;

/** Bytes of the frame without FCS around a message: 60 at least, or 64 with a tag. */
export function icmpv6FrameLength(
  envelope: Pick<Icmpv6Envelope, 'routerAlert' | 'vlan'>,
  messageLength: number,
): number {
  return frameLength(headersLength(envelope.routerAlert) + messageLength, envelope.vlan);
}

/**
 * Writes the whole frame around `message`, whose own checksum field is taken for zero, at `offset` and returns
 * its length. Throws an EncodeError.
 */
export function writeIcmpv6Frame(
  format: WireFormat,
  envelope: Icmpv6Envelope,
  message: Uint8Array,
  out: Uint8Array,
  offset: number,
): number {
  const length = icmpv6FrameLength(envelope, message.length);
  requireRoom(format, out, offset, length);
  const { destination, source, vlan } = envelope;
  const header = { destination, source, tags: tagsFor(vlan), etherType: EtherType.ipv6 };
  const packetAt = offset + encodeEthernet(header, out, offset);

  const messageAt = packetAt + headersLength(envelope.routerAlert);
  writeUint16(VERSION, out, packetAt);
  writeUint16(0, out, packetAt + 2);
  writeUint16(messageAt - packetAt - HEADER_LENGTH + message.length, out, packetAt + PAYLOAD_LENGTH);
  out[packetAt + NEXT_HEADER] = envelope.routerAlert ? HOP_BY_HOP : ICMPV6;
  out[packetAt + HOP_LIMIT] = envelope.hopLimit;
  Ipv6Address.write(envelope.sourceIp, out, packetAt + SOURCE);
  Ipv6Address.write(envelope.destinationIp, out, packetAt + DESTINATION);
  if (envelope.routerAlert) out.set(ROUTER_ALERT_HEADER, packetAt + HEADER_LENGTH);

  const messageEnd = messageAt + message.length;
  out.set(message, messageAt);
  writeUint16(0, out, messageAt + CHECKSUM);
  const pseudoHeader = pseudoHeaderSum(out, packetAt, message.length);
  writeUint16(internetChecksum(out, messageAt, messageEnd, pseudoHeader), out, messageAt + CHECKSUM);
  out.fill(0, messageEnd, offset + length);
  return length;
}

/**
 * Reads a whole frame (without FCS) that carries one ICMPv6 message, right behind the IPv6 header or behind one
 * hop-by-hop header. A DecodeError, called by `format`, for anything else and for a wrong checksum.
 */
export function readIcmpv6Frame(format: WireFormat, frame: Uint8Array): Icmpv6Frame | DecodeError {
  const ethernet = readStationFrame(format, EtherType.ipv6, frame);
  if (isDecodeError(ethernet)) return ethernet;
  const { payloadOffset: packetOffset, ...ends } = ethernet;

  const left = frame.length - packetOffset;
  if (left < HEADER_LENGTH) return DecodeError.truncated(format, packetOffset, HEADER_LENGTH, left);
  const version = (frame[packetOffset] ?? 0) >> 4;
  if (version !== 6) return DecodeError.invalid(format, 'IP version', packetOffset, '6', version);
  const payloadAt = packetOffset + HEADER_LENGTH;
  const payloadEnd = payloadAt + readUint16(frame, packetOffset + PAYLOAD_LENGTH);
  if (payloadEnd > frame.length) {
    return DecodeError.truncated(format, payloadAt, payloadEnd - payloadAt, frame.length - payloadAt);
  }
  const sourceIp = Ipv6Address.fromBytes(frame, packetOffset + SOURCE);
  if (isDecodeError(sourceIp)) return sourceIp;
  const destinationIp = Ipv6Address.fromBytes(frame, packetOffset + DESTINATION);
  if (isDecodeError(destinationIp)) return destinationIp;

  const extension = readHopByHop(format, frame, packetOffset, payloadEnd);
  if (isDecodeError(extension)) return extension;
  const { messageOffset, routerAlert } = extension;
  const message = frame.subarray(messageOffset, payloadEnd);
  if (message.length < MESSAGE_MIN_LENGTH) {
    return DecodeError.truncated(format, messageOffset, MESSAGE_MIN_LENGTH, message.length);
  }
  const pseudoHeader = pseudoHeaderSum(frame, packetOffset, message.length);
  const checksumAt = messageOffset + CHECKSUM;
  const wrong = wrongChecksum(
    format,
    'ICMPv6 checksum',
    frame,
    messageOffset,
    payloadEnd,
    checksumAt,
    pseudoHeader,
  );
  if (wrong !== undefined) return wrong;
  const hopLimit = frame[packetOffset + HOP_LIMIT] ?? 0;
  return {
    ...ends,
    destinationIp,
    sourceIp,
    hopLimit,
    routerAlert,
    message,
    messageOffset,
    packetOffset,
  };
}

/** Bytes before the message: the IPv6 header, and the hop-by-hop header where there is one. */
function headersLength(routerAlert: boolean): number {
  return routerAlert ? HEADER_LENGTH + ROUTER_ALERT_HEADER.length : HEADER_LENGTH;
}

/** Where the message begins, and whether a hop-by-hop header before it carries a router alert. */
function readHopByHop(
  format: WireFormat,
  frame: Uint8Array,
  packetOffset: number,
  payloadEnd: number,
): { readonly messageOffset: number; readonly routerAlert: boolean } | DecodeError {
  const at = packetOffset + HEADER_LENGTH;
  const first = frame[packetOffset + NEXT_HEADER] ?? 0;
  if (first === ICMPV6) return { messageOffset: at, routerAlert: false };
  if (first !== HOP_BY_HOP) {
    const need = `${ICMPV6} (ICMPv6) or ${HOP_BY_HOP} (hop-by-hop)`;
    return DecodeError.invalid(format, 'next header', packetOffset + NEXT_HEADER, need, first);
  }
  const length = payloadEnd > at + 1 ? 8 + 8 * (frame[at + 1] ?? 0) : 8;
  if (at + length > payloadEnd) return DecodeError.truncated(format, at, length, payloadEnd - at);
  const second = frame[at] ?? 0;
  if (second !== ICMPV6) {
    return DecodeError.invalid(format, 'next header', at, `${ICMPV6} (ICMPv6)`, second);
  }
  return { messageOffset: at + length, routerAlert: hasRouterAlert(frame.subarray(at + 2, at + length)) };
}

/** Every option but the one byte of Pad1 has a type and a length, so each step moves on by one byte at least. */
function hasRouterAlert(options: Uint8Array): boolean {
  let at = 0;
  while (at < options.length) {
    if (options[at] === ROUTER_ALERT_OPTION) return true;
    at += options[at] === PAD1 ? 1 : 2 + (options[at + 1] ?? 0);
  }
  return false;
}

/** The pseudo-header of RFC 8200 section 8.1: both addresses (as they stand in the packet), length, ICMPv6. */
function pseudoHeaderSum(bytes: Uint8Array, packetOffset: number, messageLength: number): number {
  return sumOfWords(bytes, packetOffset + SOURCE, packetOffset + HEADER_LENGTH) + messageLength + ICMPV6;
}
