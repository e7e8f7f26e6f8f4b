// Read IEEE 802.3 clause 3.2 and IEEE 802.1Q clause 9 before editing.
import { readUint16, writeUint16 } from './byte-order.js';
import { DecodeError, isDecodeError } from './decode-error.js';
import { requireRoom } from './encode-error.js';
import { MacAddress } from './mac-address.js';
import type { VlanId } from './vlan-id.js';

/** EtherTypes and tag protocol identifiers that this package knows (IEEE 802 numbers registry). */
export const EtherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  /** Customer VLAN tag, the "802.1Q tag". */
  customerTag: 0x8100,
  /** Service VLAN tag, the outer one of QinQ (802.1ad). */
  serviceTag: 0x88a8,
  ipv6: 0x86dd,
} as const;

/** Which kind of VLAN tag: 0x8100 customer, 0x88a8 service. */
export type TagProtocol = typeof EtherType.customerTag | typeof EtherType.serviceTag;

/** One VLAN tag as it stands in a frame, four bytes (802.1Q clause 9.3 to 9.6). */
export interface VlanTag {
  readonly protocol: TagProtocol;
  /** 0 to 4095. 0 carries a priority alone (the frame is untagged), 4095 is reserved; else a {@link VlanId}. */
  readonly id: number;
  /** Priority code point, 0 to 7; 1 ranks below 0. */
  readonly priority: number;
  /** Drop eligible indicator: this frame may go first under congestion. */
  readonly dropEligible: boolean;
}

/** What stands before the payload of an Ethernet II frame. */
export interface EthernetHeader {
  readonly destination: MacAddress;
  /** Any address: a received frame may claim even a group address as its source. */
  readonly source: MacAddress;
  /** Outermost first. Decoding yields two at most; a third one's protocol then shows up as the etherType. */
  readonly tags: readonly VlanTag[];
  /** 0x0600 to 0xffff; below that it is the length field of an 802.3 frame. 0 to 0xffff in all. */
  readonly etherType: number;
}

/** A decoded header and where its payload begins, padding included: a frame does not tell the two apart. */
export interface EthernetFrame extends EthernetHeader {
  /** Offset of the first payload byte: 14, 18 or 22. */
  readonly payloadOffset: number;
}

/** Shortest frame that Ethernet carries, without the four bytes of FCS (802.3 clause 4.2.3.3). */
export const ETHERNET_MIN_LENGTH = 60;

/** Bytes that a VLAN tag adds to a frame. */
export const VLAN_TAG_LENGTH = 4;

const DESTINATION = 0;
const SOURCE = 6;
const ETHER_TYPE = 12; // also where the first tag begins
const UNTAGGED_LENGTH = 14;
const TAG_CONTROL = 2; // within a tag: protocol, then control information
const MAX_TAGS = 2;

/** Bytes of a header with its tags, payload and FCS not counted: 14, 18, 22. */
export function ethernetLength(header: EthernetHeader): number {
  return UNTAGGED_LENGTH + header.tags.length * VLAN_TAG_LENGTH;
}

/**
 * Writes the header at `offset` and returns its length; the payload and the padding to 60 bytes are the
 * caller's. Throws an EncodeError where it does not fit.
 */
export function encodeEthernet(header: EthernetHeader, out: Uint8Array, offset: number): number {
  const length = ethernetLength(header);
  requireRoom('ethernet', out, offset, length);
  MacAddress.write(header.destination, out, offset + DESTINATION);
  MacAddress.write(header.source, out, offset + SOURCE);
  let at = offset + ETHER_TYPE;
  for (const tag of header.tags) {
    writeUint16(tag.protocol, out, at);
    writeUint16((tag.priority << 13) | (tag.dropEligible ? 0x1000 : 0) | tag.id, out, at + TAG_CONTROL);
    at += VLAN_TAG_LENGTH;
  }
  writeUint16(header.etherType, out, at);
  return length;
}

/** Reads the header of a whole frame (without FCS). Refuses only what is too short. */
export function decodeEthernet(frame: Uint8Array): EthernetFrame | DecodeError {
  if (frame.length < UNTAGGED_LENGTH) {
    return DecodeError.truncated('ethernet', 0, UNTAGGED_LENGTH, frame.length);
  }
  const destination = MacAddress.fromBytes(frame, DESTINATION);
  if (isDecodeError(destination)) return destination;
  const source = MacAddress.fromBytes(frame, SOURCE);
  if (isDecodeError(source)) return source;

  const tags: VlanTag[] = [];
  let at = ETHER_TYPE;
  let etherType = readUint16(frame, at);
  while (isTagProtocol(etherType) && tags.length < MAX_TAGS) {
    if (frame.length < at + VLAN_TAG_LENGTH + 2) {
      return DecodeError.truncated('ethernet', at, VLAN_TAG_LENGTH + 2, frame.length - at);
    }
    const control = readUint16(frame, at + TAG_CONTROL);
    tags.push({
      protocol: etherType,
      id: control & 0x0fff,
      priority: control >> 13,
      dropEligible: (control & 0x1000) !== 0,
    });
    at += VLAN_TAG_LENGTH;
    etherType = readUint16(frame, at);
  }
  return { destination, source, tags, etherType, payloadOffset: at + 2 };
}

/** The one customer tag that puts a frame into `vlan` at priority 0; no tag where it is absent. */
export function tagsFor(vlan: VlanId | undefined): readonly VlanTag[] {
  if (vlan === undefined) return [];
  return [{ protocol: EtherType.customerTag, id: vlan, priority: 0, dropEligible: false }];
}

/**
 * Bytes of a frame without FCS around a packet: 60 at least, or 64 with a tag, so that 60 remain when a switch
 * strips it.
 */
export function frameLength(packetLength: number, vlan: VlanId | undefined): number {
  const untagged = Math.max(ETHERNET_MIN_LENGTH, UNTAGGED_LENGTH + packetLength);
  return vlan === undefined ? untagged : untagged + VLAN_TAG_LENGTH;
}

/** An etherType as people write it: `0x8035`. */
export function etherTypeText(etherType: number): string {
  return `0x${etherType.toString(16).padStart(4, '0')}`;
}

function isTagProtocol(etherType: number): etherType is TagProtocol {
  return etherType === EtherType.customerTag || etherType === EtherType.serviceTag;
}
