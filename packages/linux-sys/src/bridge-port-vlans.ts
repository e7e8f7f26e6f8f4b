import { IFLA, LINK_HEADER_BYTES } from './link-info.js';
import { attributesOf, decodeAttributes, numberAttribute, viewOf } from './netlink-message.js';
import type { NetlinkSocket } from './netlink-socket.js';
import { joinedVlanRanges, type VlanRange } from './vlan-ranges.js';

// Which VLANs a bridge lets a port carry: bridge(8), linux/if_bridge.h.

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const AF_BRIDGE = 7;
const IFLA_BRIDGE_VLAN_INFO = 2;
/** Asks for VLANs of like flags as ranges: 4094 single ones would not fit one message. */
const RTEXT_FILTER_BRVLAN_COMPRESSED = 4;
const BRIDGE_VLAN_INFO = { PVID: 2, RANGE_BEGIN: 8, RANGE_END: 16 } as const;
const LAST_VLAN = 4094;

/** What a bridge that filters VLANs takes at a port. */
export interface BridgePortVlans {
  /** The VLAN in which frames without a tag are; absent: they are dropped. */
  readonly untagged?: number;
  /** The VLANs whose tagged frames are taken, that one included; in rising order, and apart from each other. */
  readonly ranges: readonly VlanRange[];
}

/**
 * The VLANs of the ports of all bridges, by the ports' numbers; bridges themselves are in it too. They mean nothing where a
 * bridge does not filter. Throws SystemCallError.
 */
export const bridgePortVlans = (netlink: NetlinkSocket): ReadonlyMap<number, BridgePortVlans> => {
  const header = new Uint8Array(LINK_HEADER_BYTES);
  header[0] = AF_BRIDGE;
  const replies = netlink.dump({
    type: RTM_GETLINK,
    parts: [header, numberAttribute(IFLA.EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED)],
    purpose: "read the VLANs of the bridges' ports",
  });
  const vlans = new Map<number, BridgePortVlans>();
  for (const { type, payload } of replies) {
    if (type !== RTM_NEWLINK) continue;
    const index = viewOf(payload, LINK_HEADER_BYTES, 'link').getInt32(4, true);
    // A card that has its own switch adds that switch's VLANs, behind those of the bridge.
    if (!vlans.has(index)) vlans.set(index, parseBridgePortVlans(payload));
  }
  return vlans;
};

/** The VLANs in the payload of an RTM_NEWLINK message of AF_BRIDGE; numbers that no VLAN has are left out. Throws HERALD_NETLINK_MALFORMED. */
export const parseBridgePortVlans = (payload: Uint8Array): BridgePortVlans => {
  const attributes = decodeAttributes(payload.subarray(LINK_HEADER_BYTES));
  const ranges: VlanRange[] = [];
  let untagged: number | undefined;
  let begun: number | undefined;
  for (const [type, info] of attributesOf(attributes.get(IFLA.AF_SPEC) ?? new Uint8Array())) {
    if (type !== IFLA_BRIDGE_VLAN_INFO) continue;
    const view = viewOf(info, 4, 'bridge VLAN'); // struct bridge_vlan_info: flags, VLAN
    const flags = view.getUint16(0, true);
    const vlan = view.getUint16(2, true);
    const isEnd = (flags & BRIDGE_VLAN_INFO.RANGE_END) !== 0;
    const first = isEnd ? begun : vlan;
    begun = (flags & BRIDGE_VLAN_INFO.RANGE_BEGIN) !== 0 ? vlan : undefined;
    if (begun !== undefined || first === undefined || first < 1 || first > vlan || vlan > LAST_VLAN) continue;
    ranges.push([first, vlan]);
    if ((flags & BRIDGE_VLAN_INFO.PVID) !== 0) untagged = vlan;
  }
  return { ...(untagged !== undefined && { untagged }), ranges: joinedVlanRanges(ranges) };
};
