import { IFLA, LINK_HEADER_BYTES } from './link-info.js';
import { attributesOf, decodeAttributes, numberAttribute, shortIn, viewOf } from './netlink-message.js';
import type { NetlinkSocket } from './netlink-socket.js';

// What a Linux bridge knows: bridge(8), linux/if_bridge.h, linux/neighbour.h.

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWNEIGH = 28;
const RTM_GETNEIGH = 30;
const AF_BRIDGE = 7;
const IFLA_BRIDGE_VLAN_INFO = 2;
/** Asks for VLANs of like flags as ranges: 4094 single ones would not fit one message. */
const RTEXT_FILTER_BRVLAN_COMPRESSED = 4;
const BRIDGE_VLAN_INFO_PVID = 2;
/** struct ndmsg */
const NEIGHBOUR_HEADER_BYTES = 12;
const NDA = { LLADDR: 2, CACHEINFO: 3, VLAN: 5, MASTER: 9 } as const;
/** Static entries (NOARP) and the interfaces' own (PERMANENT). */
const NUD_FIXED = 0x40 | 0x80;
/** Put there by a control plane. */
const NTF_EXT_LEARNED = 0x10;
/** Ages are told in hundredths of a second (USER_HZ). */
const TICK_MS = 10;

/** An address that a bridge learned at a port from the source of a frame. */
export interface ForwardingEntry {
  /** Six bytes. */
  readonly address: Uint8Array;
  /** The VLAN as the bridge counts it, 1 to 4094; absent on a bridge that does not look at VLANs. */
  readonly vlan?: number;
  /** How long ago its last frame came in, in steps of 10 ms. */
  readonly ageMs: number;
}

/** struct ifinfomsg, which the kernel takes for links and, by its length, also for a forwarding table. */
const bridgeHeader = (index: number): Uint8Array => {
  const bytes = new Uint8Array(LINK_HEADER_BYTES);
  bytes[0] = AF_BRIDGE;
  new DataView(bytes.buffer).setInt32(4, index, true);
  return bytes;
};

/** What a bridge learned at one of its ports: no static entries, none of its own, none from a control plane. Throws SystemCallError. */
export const learnedAtPort = (netlink: NetlinkSocket, portIndex: number): readonly ForwardingEntry[] =>
  netlink
    .dump({
      type: RTM_GETNEIGH,
      parts: [bridgeHeader(portIndex)],
      purpose: `read the bridge's table for interface number ${portIndex}`,
    })
    .flatMap((message) => (message.type === RTM_NEWNEIGH ? parseLearned(message.payload, portIndex) : []));

/** The entry of an RTM_NEWNEIGH payload, or none where it was not learned at the port. Throws HERALD_NETLINK_MALFORMED. */
export const parseLearned = (payload: Uint8Array, portIndex: number): readonly ForwardingEntry[] => {
  const header = viewOf(payload, NEIGHBOUR_HEADER_BYTES, 'neighbour');
  const learned =
    header.getInt32(4, true) === portIndex &&
    (header.getUint16(8, true) & NUD_FIXED) === 0 &&
    (header.getUint8(10) & NTF_EXT_LEARNED) === 0;
  if (!learned) return [];
  const attributes = decodeAttributes(payload.subarray(NEIGHBOUR_HEADER_BYTES));
  if (!attributes.has(NDA.MASTER)) return []; // of the interface's own filter, not of the bridge
  const address = attributes.get(NDA.LLADDR);
  const times = attributes.get(NDA.CACHEINFO);
  if (address?.length !== 6 || !times) return [];
  const vlan = shortIn(attributes, NDA.VLAN);
  // struct nda_cacheinfo: confirmed, used (a frame went there), updated (a frame came from there), references.
  const ageMs = viewOf(times, 12, 'neighbour times').getUint32(8, true) * TICK_MS;
  return [{ address, ageMs, ...(vlan !== undefined && { vlan }) }];
};

/**
 * The VLAN that untagged frames are in when they come in at a bridge's port; undefined where they are in none.
 * Only for bridges that look at VLANs. Throws SystemCallError.
 */
export const untaggedVlanOf = (netlink: NetlinkSocket, portIndex: number): number | undefined => {
  const links = netlink.dump({
    type: RTM_GETLINK,
    parts: [bridgeHeader(0), numberAttribute(IFLA.EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED)],
    purpose: `read the VLANs of interface number ${portIndex}`,
  });
  const port = links.find(
    ({ type, payload }) =>
      type === RTM_NEWLINK && viewOf(payload, LINK_HEADER_BYTES, 'link').getInt32(4, true) === portIndex,
  );
  return port && parseUntaggedVlan(port.payload);
};

/** The VLAN flagged PVID in the payload of an RTM_NEWLINK message of AF_BRIDGE. Throws HERALD_NETLINK_MALFORMED. */
export const parseUntaggedVlan = (payload: Uint8Array): number | undefined => {
  const attributes = decodeAttributes(payload.subarray(LINK_HEADER_BYTES));
  for (const [type, info] of attributesOf(attributes.get(IFLA.AF_SPEC) ?? new Uint8Array())) {
    if (type !== IFLA_BRIDGE_VLAN_INFO) continue;
    const view = viewOf(info, 4, 'bridge VLAN'); // struct bridge_vlan_info: flags, VLAN
    if (view.getUint16(0, true) & BRIDGE_VLAN_INFO_PVID) return view.getUint16(2, true);
  }
  return undefined;
};
