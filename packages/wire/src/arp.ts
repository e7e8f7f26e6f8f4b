// Read RFC 826 and RFC 5227 before editing.
import {
  ADDRESS_RESOLUTION_LENGTH,
  type AddressResolution,
  readAddressResolution,
  writeAddressResolution,
} from './address-resolution.js';
import { DecodeError, isDecodeError } from './decode-error.js';
import { requireRoom } from './encode-error.js';
import { EtherType, encodeEthernet, frameLength, tagsFor } from './ethernet.js';
import type { MacAddress } from './mac-address.js';
import { readStationFrame } from './station-vlan.js';
import type { VlanId } from './vlan-id.js';

/** An ARP request or reply for IPv4 over Ethernet, in its frame. */
export interface ArpFrame extends Omit<AddressResolution, 'operation'> {
  readonly destination: MacAddress;
  /** Source of the frame. Switches learn this one; it should equal `senderMac`. */
  readonly source: MacAddress;
  /** Absent = untagged; else one 0x8100 tag of priority 0. */
  readonly vlan?: VlanId | undefined;
  /** "Who has targetIp?" or "senderIp is at senderMac". */
  readonly operation: 'request' | 'reply';
}

const REQUEST = 1; // RFC 826
const REPLY = 2;
const OPERATION = 6; // within the packet

/** Bytes of the frame without FCS: 60, or 64 with a tag, so that 60 remain when a switch strips it. */
export function arpLength(frame: ArpFrame): number {
  return frameLength(ADDRESS_RESOLUTION_LENGTH, frame.vlan);
}

/**
 * Writes the whole frame, zero padding included, at `offset` and returns its length. Throws an EncodeError
 * where it does not fit.
 */
export function encodeArp(frame: ArpFrame, out: Uint8Array, offset: number): number {
  const length = arpLength(frame);
  requireRoom('arp', out, offset, length);
  const { destination, source } = frame;
  const header = { destination, source, tags: tagsFor(frame.vlan), etherType: EtherType.arp };
  const packetAt = offset + encodeEthernet(header, out, offset);
  const operation = frame.operation === 'request' ? REQUEST : REPLY;
  writeAddressResolution({ ...frame, operation }, out, packetAt);
  out.fill(0, packetAt + ADDRESS_RESOLUTION_LENGTH, offset + length);
  return length;
}

/**
 * Reads a whole frame (without FCS). A DecodeError for other operations than request and reply and for
 * addresses other than Ethernet and IPv4. Padding and the tag's priority are not looked at.
 */
export function decodeArp(frame: Uint8Array): ArpFrame | DecodeError {
  const ethernet = readStationFrame('arp', EtherType.arp, frame);
  if (isDecodeError(ethernet)) return ethernet;
  const { payloadOffset, ...ends } = ethernet;
  const packet = readAddressResolution('arp', frame, payloadOffset);
  if (isDecodeError(packet)) return packet;
  if (packet.operation !== REQUEST && packet.operation !== REPLY) {
    const at = payloadOffset + OPERATION;
    return DecodeError.invalid('arp', 'operation', at, `${REQUEST} or ${REPLY}`, packet.operation);
  }
  const operation = packet.operation === REQUEST ? 'request' : 'reply';
  return { ...packet, operation, ...ends };
}
