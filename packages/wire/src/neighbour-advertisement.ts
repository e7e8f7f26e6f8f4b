// Read RFC 4861 sections 4.4, 4.6.1, 7.1.2 and 7.2.6, and RFC 9131, before editing.
import { DecodeError, isDecodeError } from './decode-error.js';
import {
  ALL_NODES,
  ALL_NODES_MAC,
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
 * An unsolicited neighbour advertisement to all nodes: a station says, unasked, that an IPv6 address is at its
 * MAC (RFC 4861 section 7.2.6). It has no solicited flag, for one sent to a group must not be (section 7.1.2).
 */
export interface NeighbourAdvertisement {
  /** Source of the frame and the target link-layer address. Only a station address makes sense. */
  readonly mac: MacAddress;
  /** Absent = untagged; else one 0x8100 tag of priority 0. */
  readonly vlan?: VlanId | undefined;
  /** Target, and source of the packet. Only an address that the station owns may be sent. */
  readonly address: Ipv6Address;
  /**
   * Whether the station is a router. Neighbours that use it as their router and hear `false` drop it (section
   * 7.2.5), so this must be what the station itself says.
   */
  readonly router: boolean;
  /** Whether neighbours should replace another MAC that they have for this address. */
  readonly override: boolean;
}

// offset  0      1      2          4       8        24     25    26
// message | 136 | 0    | checksum | R S O | target | 2   | 1   | link-layer address
const TYPE = 136;
const FLAGS = 4;
const TARGET = 8;
const OPTIONS = 24;
const ROUTER = 0x80;
const SOLICITED = 0x40;
const OVERRIDE = 0x20;
const TARGET_LINK_LAYER_ADDRESS = 2;
const MESSAGE_LENGTH = OPTIONS + OPTION_UNIT;

const MAX_HOP_LIMIT = 255; // proof that no router has passed it on

/** Bytes of the frame without FCS: 86, or 90 with a tag. */
export function neighbourAdvertisementLength(frame: NeighbourAdvertisement): number {
  return icmpv6FrameLength({ vlan: frame.vlan, routerAlert: false }, MESSAGE_LENGTH);
}

/** Writes the whole frame at `offset` and returns its length. Throws an EncodeError where it does not fit. */
export function encodeNeighbourAdvertisement(
  frame: NeighbourAdvertisement,
  out: Uint8Array,
  offset: number,
): number {
  const { address, mac, override, router, vlan } = frame;
  const message = new Uint8Array(MESSAGE_LENGTH);
  message[0] = TYPE;
  message[FLAGS] = (router ? ROUTER : 0) | (override ? OVERRIDE : 0);
  Ipv6Address.write(address, message, TARGET);
  message[OPTIONS] = TARGET_LINK_LAYER_ADDRESS;
  message[OPTIONS + 1] = 1;
  MacAddress.write(mac, message, OPTIONS + 2);
  const envelope = {
    destination: ALL_NODES_MAC,
    source: mac,
    vlan,
    destinationIp: ALL_NODES,
    sourceIp: address,
    hopLimit: MAX_HOP_LIMIT,
    routerAlert: false,
  };
  return writeIcmpv6Frame('neighbour-advertisement', envelope, message, out, offset);
}

/**
 * Reads an unsolicited advertisement out of a whole frame (without FCS), whoever sent it. A DecodeError for
 * what a receiver must drop (section 7.1.2) and for any other advertisement: solicited, not to all nodes, not
 * sent from its target, or whose MAC is missing or not the frame's source. Other options are passed over.
 */
export function decodeNeighbourAdvertisement(frame: Uint8Array): NeighbourAdvertisement | DecodeError {
  const packet = readIcmpv6Frame('neighbour-advertisement', frame);
  if (isDecodeError(packet)) return packet;
  const { message, messageOffset, packetOffset } = packet;
  if (message[0] !== TYPE) return invalid('ICMPv6 type', messageOffset, TYPE, message[0] ?? 0);
  if (message[1] !== 0) return invalid('ICMPv6 code', messageOffset + 1, 0, message[1] ?? 0);
  if (message.length < OPTIONS) {
    return DecodeError.truncated('neighbour-advertisement', messageOffset, OPTIONS, message.length);
  }
  const target = Ipv6Address.fromBytes(message, TARGET);
  if (isDecodeError(target)) return target;
  const options = { at: OPTIONS, type: TARGET_LINK_LAYER_ADDRESS, name: 'target link-layer address' };
  const mac = linkLayerOption('neighbour-advertisement', packet, options);
  if (isDecodeError(mac)) return mac;
  const flags = message[FLAGS] ?? 0;

  const fields = [
    ['destination', 0, ALL_NODES_MAC, packet.destination],
    ['hop limit', packetOffset + HOP_LIMIT, MAX_HOP_LIMIT, packet.hopLimit],
    ['source IP', packetOffset + SOURCE, target, packet.sourceIp],
    ['destination IP', packetOffset + DESTINATION, ALL_NODES, packet.destinationIp],
    ['solicited flag', messageOffset + FLAGS, 0, flags & SOLICITED],
    ['target link-layer address', messageOffset + OPTIONS, packet.source, mac],
  ] as const;
  for (const [field, at, need, have] of fields) {
    if (have !== need) return invalid(field, at, need, have);
  }
  const vlan = packet.vlan === undefined ? {} : { vlan: packet.vlan };
  return {
    mac,
    ...vlan,
    address: target,
    router: (flags & ROUTER) !== 0,
    override: (flags & OVERRIDE) !== 0,
  };
}

function invalid(field: string, at: number, need: string | number, have: string | number): DecodeError {
  return DecodeError.invalid('neighbour-advertisement', field, at, String(need), have);
}
