// Read RFC 4861 sections 4.1, 4.6.1, 6.1.1 and 6.2.6 before editing.
import { DecodeError, isDecodeError } from './decode-error.js';
import {
  ALL_ROUTERS,
  ALL_ROUTERS_MAC,
  DESTINATION,
  HOP_LIMIT,
  icmpv6FrameLength,
  readIcmpv6Frame,
  SOURCE,
  writeIcmpv6Frame,
} from './icmpv6-frame.js';
import { Ipv6Address } from './ipv6-address.js';
import { linkLayerOption, OPTION_UNIT } from './link-layer-option.js';
import { MacAddress } from './mac-address.js';
import type { VlanId } from './vlan-id.js';

/**
 * A host asks for routers, and says where it is to be answered: a router makes a neighbour entry of that where it has
 * none (RFC 4861 section 6.2.6). It also takes the sender for a host from then on.
 */
export interface RouterSolicitation {
  /** Source of the frame and the source link-layer address. Only a station address makes sense. */
  readonly mac: MacAddress;
  /** Absent = untagged; else one 0x8100 tag of priority 0. */
  readonly vlan?: VlanId | undefined;
  /** Source of the packet. Only an address that the station owns may be sent; never the unspecified one. */
  readonly address: Ipv6Address;
}

// offset  0      1      2          4          8    9    10
// message | 133 | 0    | checksum | reserved | 1  | 1  | link-layer address
const TYPE = 133;
const OPTIONS = 8;
const SOURCE_LINK_LAYER_ADDRESS = 1;
const MESSAGE_LENGTH = OPTIONS + OPTION_UNIT;

const MAX_HOP_LIMIT = 255; // proof that no router has passed it on
const FORMAT = 'router-solicitation';
const UNSPECIFIED = Ipv6Address.of('::');

/** Bytes of the frame without FCS: 70, or 74 with a tag. */
export function routerSolicitationLength(frame: RouterSolicitation): number {
  return icmpv6FrameLength({ vlan: frame.vlan, routerAlert: false }, MESSAGE_LENGTH);
}

/** Writes the whole frame at `offset` and returns its length. Throws an EncodeError where it does not fit. */
export function encodeRouterSolicitation(frame: RouterSolicitation, out: Uint8Array, offset: number): number {
  const { address, mac, vlan } = frame;
  const message = new Uint8Array(MESSAGE_LENGTH);
  message[0] = TYPE;
  message[OPTIONS] = SOURCE_LINK_LAYER_ADDRESS;
  message[OPTIONS + 1] = 1;
  MacAddress.write(mac, message, OPTIONS + 2);
  const envelope = {
    destination: ALL_ROUTERS_MAC,
    source: mac,
    vlan,
    destinationIp: ALL_ROUTERS,
    sourceIp: address,
    hopLimit: MAX_HOP_LIMIT,
    routerAlert: false,
  };
  return writeIcmpv6Frame(FORMAT, envelope, message, out, offset);
}

/**
 * Reads a solicitation out of a whole frame (without FCS), from any sender. A DecodeError for what a receiver must
 * drop (section 6.1.1), and for one that is not to all routers, from no address, or whose MAC is missing or not the
 * frame's source. Other options are passed over.
 */
export function decodeRouterSolicitation(frame: Uint8Array): RouterSolicitation | DecodeError {
  const packet = readIcmpv6Frame(FORMAT, frame);
  if (isDecodeError(packet)) return packet;
  const { message, messageOffset, packetOffset } = packet;
  if (message[0] !== TYPE) return invalid('ICMPv6 type', messageOffset, TYPE, message[0] ?? 0);
  if (message[1] !== 0) return invalid('ICMPv6 code', messageOffset + 1, 0, message[1] ?? 0);
  if (message.length < OPTIONS) {
    return DecodeError.truncated(FORMAT, messageOffset, OPTIONS, message.length);
  }
  const option = { at: OPTIONS, type: SOURCE_LINK_LAYER_ADDRESS, name: 'source link-layer address' };
  const mac = linkLayerOption(FORMAT, packet, option);
  if (isDecodeError(mac)) return mac;
  const fields = [
    ['destination', 0, ALL_ROUTERS_MAC, packet.destination],
    ['hop limit', packetOffset + HOP_LIMIT, MAX_HOP_LIMIT, packet.hopLimit],
    ['destination IP', packetOffset + DESTINATION, ALL_ROUTERS, packet.destinationIp],
    ['source link-layer address', messageOffset + OPTIONS, packet.source, mac],
  ] as const;
  for (const [field, at, need, have] of fields) {
    if (have !== need) return invalid(field, at, need, have);
  }
  if (packet.sourceIp === UNSPECIFIED) {
    return invalid('source IP', packetOffset + SOURCE, 'an address', packet.sourceIp);
  }
  const vlan = packet.vlan === undefined ? {} : { vlan: packet.vlan };
  return { mac, ...vlan, address: packet.sourceIp };
}

function invalid(field: string, at: number, need: string | number, have: string | number): DecodeError {
  return DecodeError.invalid(FORMAT, field, at, String(need), have);
}
