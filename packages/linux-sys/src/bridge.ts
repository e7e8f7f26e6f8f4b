import { bridgePortVlans } from './bridge-port-vlans.js';
import { IFLA, LINK_HEADER_BYTES } from './link-info.js';
import { decodeAttributes, numberAttribute, numberIn, shortIn, viewOf } from './netlink-message.js';
import type { NetlinkSocket } from './netlink-socket.js';

// What a Linux bridge knows: bridge(8), linux/if_bridge.h, linux/neighbour.h.

const RTM_NEWNEIGH = 28;
const RTM_GETNEIGH = 30;
const AF_BRIDGE = 7;
/** struct ndmsg */
const NEIGHBOUR_HEADER_BYTES = 12;
const NDA = { LLADDR: 2, CACHEINFO: 3, VLAN: 5, MASTER: 9 } as const;
/** Static entries. */
const NUD_NOARP = 0x40;
/** The interfaces' own. */
const NUD_PERMANENT = 0x80;
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

/** An entry of a bridge's table, whichever way it came there. */
export interface BridgeEntry extends ForwardingEntry {
  /** The number of the bridge. */
  readonly bridgeIndex: number;
  /** The number of the port; the bridge's own for what the bridge itself takes. */
  readonly portIndex: number;
  /** `learned` from a frame; `own`: this host takes what is sent there; `placed` there by a person or a control plane. */
  readonly origin: 'learned' | 'own' | 'placed';
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

/**
 * The whole table of a bridge a part at a time, by its number; see `NetlinkSocket.dumpInParts`. An entry may come twice or not
 * at all where the table changes meanwhile. Throws SystemCallError.
 */
export function* tableOfBridge(
  netlink: NetlinkSocket,
  bridgeIndex: number,
): Generator<readonly BridgeEntry[], void, undefined> {
  const parts = [bridgeHeader(0), numberAttribute(IFLA.MASTER, bridgeIndex)];
  const purpose = `read the table of the bridge with number ${bridgeIndex}`;
  for (const part of entriesInParts(netlink, parts, purpose)) {
    yield part.filter((entry) => entry.bridgeIndex === bridgeIndex);
  }
}

/** The same for what a bridge has at one of its ports, whichever way it came there. Throws SystemCallError. */
export function* tableOfPort(
  netlink: NetlinkSocket,
  portIndex: number,
): Generator<readonly BridgeEntry[], void, undefined> {
  const purpose = `read the bridge's table for interface number ${portIndex}`;
  for (const part of entriesInParts(netlink, [bridgeHeader(portIndex)], purpose)) {
    yield part.filter((entry) => entry.portIndex === portIndex);
  }
}

function* entriesInParts(
  netlink: NetlinkSocket,
  parts: readonly Uint8Array[],
  purpose: string,
): Generator<readonly BridgeEntry[], void, undefined> {
  for (const part of netlink.dumpInParts({ type: RTM_GETNEIGH, parts, purpose })) {
    yield part.flatMap(({ type, payload }) =>
      type === RTM_NEWNEIGH ? (parseBridgeEntry(payload) ?? []) : [],
    );
  }
}

/** The entry of an RTM_NEWNEIGH payload, or none where it was not learned at the port. Throws HERALD_NETLINK_MALFORMED. */
export const parseLearned = (payload: Uint8Array, portIndex: number): readonly ForwardingEntry[] => {
  const entry = parseBridgeEntry(payload);
  if (entry?.portIndex !== portIndex || entry.origin !== 'learned') return [];
  const { address, ageMs, vlan } = entry;
  return [{ address, ageMs, ...(vlan !== undefined && { vlan }) }];
};

/** The entry of an RTM_NEWNEIGH payload; undefined where it stands in no bridge's table. Throws HERALD_NETLINK_MALFORMED. */
export const parseBridgeEntry = (payload: Uint8Array): BridgeEntry | undefined => {
  const header = viewOf(payload, NEIGHBOUR_HEADER_BYTES, 'neighbour');
  const attributes = decodeAttributes(payload.subarray(NEIGHBOUR_HEADER_BYTES));
  const bridgeIndex = numberIn(attributes, NDA.MASTER);
  const address = attributes.get(NDA.LLADDR);
  const times = attributes.get(NDA.CACHEINFO);
  if (bridgeIndex === undefined || address?.length !== 6 || !times) return undefined; // of an interface's own filter
  const state = header.getUint16(8, true);
  const isPlaced = (state & NUD_NOARP) !== 0 || (header.getUint8(10) & NTF_EXT_LEARNED) !== 0;
  const vlan = shortIn(attributes, NDA.VLAN);
  return {
    address,
    bridgeIndex,
    portIndex: header.getInt32(4, true),
    origin: (state & NUD_PERMANENT) !== 0 ? 'own' : isPlaced ? 'placed' : 'learned',
    // struct nda_cacheinfo: confirmed, used (a frame went there), updated (a frame came from there), references.
    ageMs: viewOf(times, 12, 'neighbour times').getUint32(8, true) * TICK_MS,
    ...(vlan !== undefined && { vlan }),
  };
};

/**
 * The VLAN that untagged frames are in, by the numbers of the ports of all bridges; a port where they are in none has no
 * entry. Only for bridges that look at VLANs. Throws SystemCallError.
 */
export const untaggedVlans = (netlink: NetlinkSocket): ReadonlyMap<number, number> =>
  new Map(
    [...bridgePortVlans(netlink)].flatMap(([port, { untagged }]) =>
      untagged === undefined ? [] : [[port, untagged]],
    ),
  );

/**
 * The VLAN that untagged frames are in when they come in at a bridge's port; undefined where they are in none.
 * Only for bridges that look at VLANs. Throws SystemCallError.
 */
export const untaggedVlanOf = (netlink: NetlinkSocket, portIndex: number): number | undefined =>
  bridgePortVlans(netlink).get(portIndex)?.untagged;
