// Read RFC 826 and RFC 903 before editing: ARP and RARP are one packet with two EtherTypes.
import { readUint16, writeUint16 } from './byte-order.js';
import { DecodeError, isDecodeError } from './decode-error.js';
import { EtherType } from './ethernet.js';
import { Ipv4Address } from './ipv4-address.js';
import { MacAddress } from './mac-address.js';

/** The 28 bytes that ARP and RARP share, Ethernet and IPv4 being the only address kinds read here. */
export interface AddressResolution {
  readonly operation: number;
  readonly senderMac: MacAddress;
  readonly senderIp: Ipv4Address;
  readonly targetMac: MacAddress;
  readonly targetIp: Ipv4Address;
}

const HARDWARE_TYPE = 0;
const PROTOCOL_TYPE = 2;
const HARDWARE_LENGTH = 4;
const PROTOCOL_LENGTH = 5;
const OPERATION = 6;
const SENDER_MAC = 8;
const SENDER_IP = 14;
const TARGET_MAC = 18;
const TARGET_IP = 24;

/** Bytes of the packet without Ethernet header and padding. */
export const ADDRESS_RESOLUTION_LENGTH = 28;

const ETHERNET = 1; // hardware type, IANA ARP parameters
const MAC_LENGTH = 6;
const IPV4_LENGTH = 4;

/** Writes the 28 bytes at `offset`, where the caller has checked that they fit. */
export function writeAddressResolution(packet: AddressResolution, out: Uint8Array, offset: number): void {
  writeUint16(ETHERNET, out, offset + HARDWARE_TYPE);
  writeUint16(EtherType.ipv4, out, offset + PROTOCOL_TYPE);
  out[offset + HARDWARE_LENGTH] = MAC_LENGTH;
  out[offset + PROTOCOL_LENGTH] = IPV4_LENGTH;
  writeUint16(packet.operation, out, offset + OPERATION);
  MacAddress.write(packet.senderMac, out, offset + SENDER_MAC);
  Ipv4Address.write(packet.senderIp, out, offset + SENDER_IP);
  MacAddress.write(packet.targetMac, out, offset + TARGET_MAC);
  Ipv4Address.write(packet.targetIp, out, offset + TARGET_IP);
}

/** Reads the packet at `offset` of a frame; `format` is the name that its errors carry. */
export function readAddressResolution(
  format: 'rarp' | 'arp',
  frame: Uint8Array,
  offset: number,
): AddressResolution | DecodeError {
  const left = frame.length - offset;
  if (left < ADDRESS_RESOLUTION_LENGTH) {
    return DecodeError.truncated(format, offset, ADDRESS_RESOLUTION_LENGTH, left);
  }
  const fixed = [
    ['hardware type', HARDWARE_TYPE, ETHERNET, readUint16(frame, offset + HARDWARE_TYPE)],
    ['protocol type', PROTOCOL_TYPE, EtherType.ipv4, readUint16(frame, offset + PROTOCOL_TYPE)],
    ['hardware address length', HARDWARE_LENGTH, MAC_LENGTH, frame[offset + HARDWARE_LENGTH] ?? 0],
    ['protocol address length', PROTOCOL_LENGTH, IPV4_LENGTH, frame[offset + PROTOCOL_LENGTH] ?? 0],
  ] as const;
  for (const [field, at, need, have] of fixed) {
    if (have !== need) return DecodeError.invalid(format, field, offset + at, String(need), have);
  }
  const senderMac = MacAddress.fromBytes(frame, offset + SENDER_MAC);
  if (isDecodeError(senderMac)) return senderMac;
  const senderIp = Ipv4Address.fromBytes(frame, offset + SENDER_IP);
  if (isDecodeError(senderIp)) return senderIp;
  const targetMac = MacAddress.fromBytes(frame, offset + TARGET_MAC);
  if (isDecodeError(targetMac)) return targetMac;
  const targetIp = Ipv4Address.fromBytes(frame, offset + TARGET_IP);
  if (isDecodeError(targetIp)) return targetIp;
  return { operation: readUint16(frame, offset + OPERATION), senderMac, senderIp, targetMac, targetIp };
}
