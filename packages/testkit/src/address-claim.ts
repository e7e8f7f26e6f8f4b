// Read RFC 826, RFC 5227, RFC 4861 sections 4 and 7 and RFC 4429 section 3 before editing.
import { type Station, stationOf } from '@nic-herald/core';
import type { AddressProof } from '@nic-herald/core/internal';
import {
  decodeArp,
  decodeEthernet,
  type EthernetFrame,
  EtherType,
  IpAddress,
  Ipv6Address,
  isDecodeError,
  MacAddress,
  VlanId,
} from '@nic-herald/wire';

/** What one frame proves: that its sender has an IP address at a station. */
export interface AddressClaim {
  readonly station: Station;
  readonly address: IpAddress;
  readonly proof: AddressProof;
  /** Whether it said to be a router; absent where the frame does not tell. */
  readonly router?: boolean;
  /** The address it asks for with it; absent where it asks for none, and for what is not ARP. */
  readonly asksFor?: IpAddress;
}

type Claim = Omit<AddressClaim, 'station'>;

/**
 * Which address a frame (without FCS) from a guest proves to be its own, and how; `undefined` for the many that
 * prove nothing: whatever a router could have passed on, probes for duplicates, whoever speaks of another MAC than
 * the frame comes from, frames in an 802.1ad or a second VLAN tag. In-kernel learners go by the same rules, checksums
 * not among them.
 */
export const addressClaim = (frame: Uint8Array): AddressClaim | undefined => {
  const ethernet = decodeEthernet(frame);
  if (isDecodeError(ethernet) || !MacAddress.isStationAddress(ethernet.source)) return undefined;
  const [tag, second] = ethernet.tags;
  if (second !== undefined || tag?.protocol === EtherType.serviceTag) return undefined;
  const vlan = VlanId.parse(tag?.id ?? 0);
  if (tag !== undefined && tag.id !== 0 && vlan === undefined) return undefined; // 4095 is reserved
  const claim = ethernet.etherType === EtherType.arp ? arpClaim(frame) : discoveryClaim(frame, ethernet);
  if (claim === undefined || !IpAddress.isHostAddress(claim.address)) return undefined;
  return { station: stationOf(ethernet.source, vlan), ...claim };
};

/** A probe for duplicates comes from 0.0.0.0, which is no address of a host. */
const arpClaim = (frame: Uint8Array): Claim | undefined => {
  const arp = decodeArp(frame);
  if (isDecodeError(arp) || arp.senderMac !== arp.source) return undefined;
  const isUnasked = arp.operation === 'request' || arp.senderIp === arp.targetIp;
  const proof = isUnasked ? 'asserted' : 'answered';
  const asks = arp.operation === 'request' && arp.senderIp !== arp.targetIp;
  const isOfHost = IpAddress.isHostAddress(arp.targetIp);
  return { address: arp.senderIp, proof, ...(asks && isOfHost ? { asksFor: arp.targetIp } : {}) };
};

const HEADER_LENGTH = 40; // of IPv6
const ICMPV6 = 58;
const NOT_ROUTED = 255; // hop limit: whoever passes a packet on lowers it
const ROUTER_FLAG = 0x80;
const SOLICITED_FLAG = 0x40;
const OVERRIDE_FLAG = 0x20;
const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOUR_ADVERTISEMENT = 136;
/** Where the options of each message begin. */
const OPTIONS = new Map<number | undefined, number>([
  [ROUTER_SOLICITATION, 8],
  [ROUTER_ADVERTISEMENT, 16],
  [135, 24],
  [NEIGHBOUR_ADVERTISEMENT, 24],
]);

/** What comes from `::` asks whether somebody else has the target. */
const discoveryClaim = (
  frame: Uint8Array,
  { etherType, payloadOffset, source }: EthernetFrame,
): Claim | undefined => {
  if (etherType !== EtherType.ipv6 || frame.length < payloadOffset + HEADER_LENGTH) return undefined;
  const packet = frame.subarray(payloadOffset);
  const [version = 0, , , , high = 0, low = 0, nextHeader, hopLimit] = packet;
  if (version >> 4 !== 6 || nextHeader !== ICMPV6 || hopLimit !== NOT_ROUTED) return undefined;
  const message = packet.subarray(HEADER_LENGTH, HEADER_LENGTH + high * 256 + low);
  const [type, code, , , flags = 0] = message;
  const options = OPTIONS.get(type);
  if (message.length < high * 256 + low || options === undefined || message.length < options || code !== 0) {
    return undefined;
  }
  const named = namedMac(message.subarray(options));
  if (named !== undefined && named !== source) return undefined;
  // Without its MAC a host also solicits while its address is still tentative.
  if (type === ROUTER_SOLICITATION && named === undefined) return undefined;

  if (type !== NEIGHBOUR_ADVERTISEMENT) {
    const address = Ipv6Address.fromBytes(packet, 8);
    if (isDecodeError(address)) return undefined;
    const router = { [ROUTER_SOLICITATION]: false, [ROUTER_ADVERTISEMENT]: true }[type ?? 0];
    return { address, proof: 'asserted', ...(router === undefined ? {} : { router }) };
  }
  // Proxies, and who shares an address with others, clear the override flag.
  const target = Ipv6Address.fromBytes(message, 8);
  if (isDecodeError(target) || (flags & OVERRIDE_FLAG) === 0) return undefined;
  const proof = (flags & SOLICITED_FLAG) === 0 ? 'asserted' : 'answered';
  return { address: target, proof, router: (flags & ROUTER_FLAG) !== 0 };
};

/** The MAC that a link-layer address option says, if that is the first option; `none` for a broken one. */
const namedMac = (options: Uint8Array): MacAddress | 'none' | undefined => {
  if (options.length < 8) return undefined;
  const [type, length] = options;
  if (type !== 1 && type !== 2) return undefined;
  const mac = MacAddress.fromBytes(options, 2);
  return length === 1 && !isDecodeError(mac) ? mac : 'none';
};
