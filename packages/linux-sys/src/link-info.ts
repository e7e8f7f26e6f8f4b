import { byteIn, decodeAttributes, nestedIn, numberIn, textIn, viewOf } from './netlink-message.js';

// RTM_NEWLINK, see rtnetlink(7), linux/if_link.h, linux/if_bridge.h.

/** struct ifinfomsg */
export const LINK_HEADER_BYTES = 16;
/** Attributes of a link message that are used here. */
export const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  OPERSTATE: 16,
  LINKINFO: 18,
  AF_SPEC: 26,
  EXT_MASK: 29,
  CARRIER: 33,
  CARRIER_DOWN_COUNT: 48,
} as const;
/** Attributes within IFLA_LINKINFO. */
export const IFLA_INFO = { KIND: 1, DATA: 2, SLAVE_KIND: 4, SLAVE_DATA: 5 } as const;
const IFLA_BRPORT_STATE = 1;
const IFLA_BRPORT_LEARNING = 8;
const IFLA_BR_VLAN_FILTERING = 7;
/** The flag of an interface that is set up (netdevice(7)). */
export const IFF_UP = 1;
/** Asks for no statistics, which are most of an answer. */
export const RTEXT_FILTER_SKIP_STATS = 8;

const OPER_STATES = [
  'unknown',
  'not-present',
  'down',
  'lower-layer-down',
  'testing',
  'dormant',
  'up',
] as const;
const BRIDGE_PORT_STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const;

/** RFC 2863 operational state; a tap that is up and has a reader says `unknown` or `up`. */
export type OperState = (typeof OPER_STATES)[number];
/** What a Linux bridge does with frames that come in at a port; only `forwarding` passes them on. */
export type BridgePortState = (typeof BRIDGE_PORT_STATES)[number];

/** One network interface at one moment. */
export interface LinkInfo {
  /** Unique in the namespace while the interface lives; a name may come back with another. */
  readonly index: number;
  readonly name: string;
  /** Its MAC, six bytes; absent where it has none of that length. */
  readonly address?: Uint8Array;
  /** Set up by whoever administers it. */
  readonly up: boolean;
  /** Something is at the other end: of a tap, a process that has it open. */
  readonly carrier: boolean;
  /** How often it lost that since it was made (Linux 4.16): a tap, each time a process closed it. */
  readonly carrierLosses?: number;
  readonly operState: OperState;
  /** The longest packet it sends, without the Ethernet header, bytes; absent where the kernel does not say. */
  readonly mtu?: number;
  /** `tun` (also a tap), `veth`, `bridge`, `openvswitch`, ...; absent for hardware. */
  readonly kind?: string;
  /** The interface this one is a port of. */
  readonly masterIndex?: number;
  /** The other end of a veth, or what a macvtap, macvlan or VLAN interface stands on. */
  readonly linkedIndex?: number;
  /** Set where the master is a Linux bridge. */
  readonly bridgePortState?: BridgePortState;
  /** Set where the master is a Linux bridge: whether it learns MACs at this port. */
  readonly bridgePortLearns?: boolean;
  /** Of a Linux bridge: whether it keeps VLANs apart (`vlan_filtering`). */
  readonly vlanFiltering?: boolean;
}

/** Parses the payload of an RTM_NEWLINK message. Throws HERALD_NETLINK_MALFORMED. */
export const parseLinkInfo = (payload: Uint8Array): LinkInfo => {
  const header = viewOf(payload, LINK_HEADER_BYTES, 'link');
  const attributes = decodeAttributes(payload.subarray(LINK_HEADER_BYTES));
  const info = nestedIn(attributes, IFLA.LINKINFO);
  const kind = textIn(info, IFLA_INFO.KIND);
  const address = attributes.get(IFLA.ADDRESS);
  const masterIndex = numberIn(attributes, IFLA.MASTER);
  const linkedIndex = numberIn(attributes, IFLA.LINK);
  const mtu = numberIn(attributes, IFLA.MTU);
  const carrierLosses = numberIn(attributes, IFLA.CARRIER_DOWN_COUNT);
  const bridgePort =
    textIn(info, IFLA_INFO.SLAVE_KIND) === 'bridge' ? nestedIn(info, IFLA_INFO.SLAVE_DATA) : undefined;
  const bridgePortState = bridgePort && BRIDGE_PORT_STATES[byteIn(bridgePort, IFLA_BRPORT_STATE) ?? 0];
  const learning = bridgePort && byteIn(bridgePort, IFLA_BRPORT_LEARNING);
  return {
    index: header.getInt32(4, true),
    name: textIn(attributes, IFLA.IFNAME) ?? '',
    up: (header.getUint32(8, true) & IFF_UP) !== 0,
    carrier: byteIn(attributes, IFLA.CARRIER) === 1,
    operState: OPER_STATES[byteIn(attributes, IFLA.OPERSTATE) ?? 0] ?? 'unknown',
    ...(address?.length === 6 && { address: address.slice() }), // or it keeps a whole datagram
    ...(mtu !== undefined && { mtu }),
    ...(carrierLosses !== undefined && { carrierLosses }),
    ...(kind !== undefined && { kind }),
    ...(masterIndex !== undefined && { masterIndex }),
    ...(linkedIndex !== undefined && { linkedIndex }),
    ...(bridgePortState !== undefined && { bridgePortState }),
    ...(learning !== undefined && { bridgePortLearns: learning === 1 }),
    ...(kind === 'bridge' && {
      vlanFiltering: byteIn(nestedIn(info, IFLA_INFO.DATA), IFLA_BR_VLAN_FILTERING) === 1,
    }),
  };
};
