// Read RFC 903 and QEMU's net/announce.c before editing.
import { readAddressResolution } from './address-resolution.js';
import { DecodeError, isDecodeError } from './decode-error.js';
import { requireRoom } from './encode-error.js';
import {
  decodeEthernet,
  ETHERNET_MIN_LENGTH,
  EtherType,
  etherTypeText,
  VLAN_TAG_LENGTH,
} from './ethernet.js';
import { byteAt, MacAddress } from './mac-address.js';
import { stationVlan } from './station-vlan.js';
import type { VlanId } from './vlan-id.js';

/**
 * The announcement of one station as QEMU makes it after a migration: a broadcast "who am I?" from the
 * station itself. Switches learn from its source address; nobody is obliged to answer, and no IP is claimed.
 */
export interface RarpFrame {
  /** Source of the frame, sender and target of the question. Only a station address makes sense. */
  readonly mac: MacAddress;
  /** Absent = untagged; else one 0x8100 tag of priority 0. */
  readonly vlan?: VlanId | undefined;
}

// offset     0         6      12     14    16    18   19   20    22   28   32   38   42
// untagged | dst ff.. | src  | 8035 | 0001 0800 | 06 | 04 | 0003 | sha | spa | tha | tpa | zero up to 60
// tagged     as above, with 8100 and the VLAN in four bytes at 12, so everything from there 4 later: 64
const SOURCE = 6;
const TAG = 12;
const TAG_VLAN = 14;
const PACKET = 14;
const OPERATION = 20;
const SENDER_MAC = 22;
const TARGET_MAC = 32;
const UNTAGGED_LENGTH = ETHERNET_MIN_LENGTH;
const TAGGED_LENGTH = ETHERNET_MIN_LENGTH + VLAN_TAG_LENGTH;

const REQUEST_REVERSE = 3; // RFC 903
const NO_IP = '0.0.0.0';

const UNTAGGED = frameTemplate([], UNTAGGED_LENGTH);
const TAGGED = frameTemplate([0x81, 0x00, 0x00, 0x00], TAGGED_LENGTH);

/** Bytes of the frame without FCS: 60, or 64 with a tag, so that 60 remain when a switch strips it. */
export function rarpLength(frame: RarpFrame): number {
  return frame.vlan === undefined ? UNTAGGED_LENGTH : TAGGED_LENGTH;
}

/**
 * Writes the whole frame, padding included, at `offset` and returns its length. Untagged it is byte for byte
 * QEMU's. Throws an EncodeError where it does not fit.
 */
export function encodeRarp(frame: RarpFrame, out: Uint8Array, offset: number): number {
  const { mac, vlan } = frame;
  const length = rarpLength(frame);
  requireRoom('rarp', out, offset, length);
  let shift = 0;
  if (vlan === undefined) {
    out.set(UNTAGGED, offset);
  } else {
    out.set(TAGGED, offset);
    out[offset + TAG_VLAN] = vlan >> 8;
    out[offset + TAG_VLAN + 1] = vlan;
    shift = VLAN_TAG_LENGTH;
  }
  for (let index = 0; index < MacAddress.length; index += 1) {
    const byte = byteAt(mac, index);
    out[offset + SOURCE + index] = byte;
    out[offset + shift + SENDER_MAC + index] = byte;
    out[offset + shift + TARGET_MAC + index] = byte;
  }
  return length;
}

/**
 * Reads an announcement out of a whole frame (without FCS), whoever sent it. A DecodeError for any other
 * RARP: one that is not broadcast, answers, names an IP, or asks for a MAC other than its source. Padding and
 * the tag's priority are not looked at.
 */
export function decodeRarp(frame: Uint8Array): RarpFrame | DecodeError {
  const ethernet = decodeEthernet(frame);
  if (isDecodeError(ethernet)) return ethernet;
  const { destination, etherType, payloadOffset, source } = ethernet;
  if (etherType !== EtherType.rarp) {
    const need = etherTypeText(EtherType.rarp);
    return DecodeError.invalid('rarp', 'EtherType', payloadOffset - 2, need, etherTypeText(etherType));
  }
  if (!MacAddress.isBroadcast(destination)) {
    return DecodeError.invalid('rarp', 'destination', 0, 'ff:ff:ff:ff:ff:ff', destination);
  }
  const vlan = stationVlan(ethernet, 'rarp');
  if (isDecodeError(vlan)) return vlan;
  const packet = readAddressResolution('rarp', frame, payloadOffset);
  if (isDecodeError(packet)) return packet;

  const { operation, senderIp, senderMac, targetIp, targetMac } = packet;
  const fields = [
    ['operation', OPERATION, REQUEST_REVERSE, operation],
    ['sender MAC', SENDER_MAC, source, senderMac],
    ['sender IP', SENDER_MAC + 6, NO_IP, senderIp],
    ['target MAC', TARGET_MAC, source, targetMac],
    ['target IP', TARGET_MAC + 6, NO_IP, targetIp],
  ] as const;
  for (const [field, at, need, have] of fields) {
    if (have !== need) {
      return DecodeError.invalid('rarp', field, at - PACKET + payloadOffset, String(need), have);
    }
  }
  return { mac: source, ...vlan };
}

/** Bytes of a seal. */
export const SEAL_LENGTH = 8;
/** In the padding, before the seal: `nh`. */
const SEAL_MARK = [0x6e, 0x68] as const;
/** Where the padding begins, without a tag. */
const PADDING = 42;

/**
 * Writes a seal into the padding of a whole frame as `encodeRarp` made it: eight bytes by which a host knows that it is this
 * announcement and not another of the same MAC. No other receiver looks at padding (RFC 903 ends at byte 42).
 */
export function sealRarp(frame: Uint8Array, seal: Uint8Array): void {
  const at = paddingOf(frame);
  requireRoom('rarp', frame, at, SEAL_MARK.length + SEAL_LENGTH);
  frame.set(SEAL_MARK, at);
  frame.set(seal.subarray(0, SEAL_LENGTH), at + SEAL_MARK.length);
}

/** The seal of a whole frame that is a RARP; undefined where it has none. */
export function rarpSeal(frame: Uint8Array): Uint8Array | undefined {
  const at = paddingOf(frame);
  if (frame.length < at + SEAL_MARK.length + SEAL_LENGTH) return undefined;
  if (SEAL_MARK.some((byte, index) => frame[at + index] !== byte)) return undefined;
  return frame.slice(at + SEAL_MARK.length, at + SEAL_MARK.length + SEAL_LENGTH);
}

function paddingOf(frame: Uint8Array): number {
  return PADDING + (frame[TAG] === 0x81 && frame[TAG + 1] === 0x00 ? VLAN_TAG_LENGTH : 0);
}

/** The frame with its MACs and VLAN left zero. */
function frameTemplate(tag: readonly number[], length: number): Uint8Array {
  const template = new Uint8Array(length);
  template.fill(0xff, 0, SOURCE);
  template.set([...tag, 0x80, 0x35, 0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, REQUEST_REVERSE], TAG);
  return template;
}
