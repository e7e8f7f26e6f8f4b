// Read RFC 5227 section 3, RFC 5944 section 4.6, and Open vSwitch's and Linux's tests for it before editing.
import { arpLength, decodeArp, encodeArp } from './arp.js';
import { readUint16 } from './byte-order.js';
import { DecodeError, isDecodeError } from './decode-error.js';
import { EtherType, VLAN_TAG_LENGTH } from './ethernet.js';
import type { Ipv4Address } from './ipv4-address.js';
import { MacAddress } from './mac-address.js';
import type { VlanId } from './vlan-id.js';

/**
 * A broadcast ARP by which a station says, unasked, that an IPv4 address is at its MAC. Receivers differ in
 * which operation they heed, so there are both:
 * - `request` is the ARP Announcement of RFC 5227 section 3, its unused target MAC zero, and what Linux sends.
 *   Open vSwitch bonds take it for a move because sender and target IP are equal.
 * - `reply` has the station's own MAC as target too (RFC 5944 section 4.6). Linux calls no other reply
 *   gratuitous (`arp_is_garp`); Open vSwitch takes every broadcast reply (`is_gratuitous_arp`).
 */
export interface GratuitousArp {
  /** Source of the frame and sender of the packet. Only a station address makes sense. */
  readonly mac: MacAddress;
  /** Absent = untagged; else one 0x8100 tag of priority 0. */
  readonly vlan?: VlanId | undefined;
  /** Sender and target IP. Only an address that the station owns may be sent: its neighbours will believe it. */
  readonly address: Ipv4Address;
  readonly operation: 'request' | 'reply';
}

const BROADCAST = MacAddress.of('ff:ff:ff:ff:ff:ff');
const NO_MAC = MacAddress.of('00:00:00:00:00:00');
// offsets in the untagged frame
const DESTINATION = 0;
const ETHER_TYPE = 12;
const SENDER_MAC = 22;
const TARGET_IP = 38;

/** Bytes of the frame without FCS: 60, or 64 with a tag. */
export function gratuitousArpLength(frame: GratuitousArp): number {
  return arpLength(arpFrameOf(frame));
}

/** Writes the whole frame, padding included, at `offset` and returns its length. Throws an EncodeError. */
export function encodeGratuitousArp(frame: GratuitousArp, out: Uint8Array, offset: number): number {
  return encodeArp(arpFrameOf(frame), out, offset);
}

/**
 * Reads a gratuitous ARP out of a whole frame (without FCS), whoever sent it. A DecodeError for any other ARP:
 * one that is not broadcast, whose sender is not the frame's source, or whose two IPs differ. The target MAC
 * is not looked at (senders write zero, broadcast or their own), nor are padding and the tag's priority.
 */
export function decodeGratuitousArp(frame: Uint8Array): GratuitousArp | DecodeError {
  const arp = decodeArp(frame);
  if (isDecodeError(arp)) return arp;
  const { destination, operation, senderIp, senderMac, source, targetIp } = arp;
  const tagged = readUint16(frame, ETHER_TYPE) === EtherType.customerTag;
  const shift = tagged ? VLAN_TAG_LENGTH : 0;
  const fields = [
    ['destination', DESTINATION, BROADCAST, destination],
    ['sender MAC', SENDER_MAC + shift, source, senderMac],
    ['target IP', TARGET_IP + shift, senderIp, targetIp],
  ] as const;
  for (const [field, at, need, have] of fields) {
    if (have !== need) return DecodeError.invalid('gratuitous-arp', field, at, need, have);
  }
  const vlan = arp.vlan === undefined ? {} : { vlan: arp.vlan };
  return { mac: source, ...vlan, address: senderIp, operation };
}

function arpFrameOf({ address, mac, operation, vlan }: GratuitousArp) {
  return {
    destination: BROADCAST,
    source: mac,
    vlan,
    operation,
    senderMac: mac,
    senderIp: address,
    targetMac: operation === 'request' ? NO_MAC : mac,
    targetIp: address,
  };
}
