import { byteIn, decodeAttributes, nestedIn, numberIn, shortIn, textIn, viewOf } from './netlink-message.js';

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
const IFLA_MACVLAN = { MODE: 1, FLAGS: 2 } as const;
const MACVLAN_FLAG_NOPROMISC = 1;
const MACVLAN_MODES = { 1: 'private', 2: 'vepa', 4: 'bridge', 8: 'passthru', 16: 'source' } as const;
const IFLA_BR_VLAN_FILTERING = 7;
const IFLA_BR_VLAN_PROTOCOL = 8;
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

/** How a macvlan or macvtap shares the interface that it stands on: ip-link(8). */
export type MacvlanMode = (typeof MACVLAN_MODES)[keyof typeof MACVLAN_MODES];

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
  /** Of a macvlan or macvtap. */
  readonly macvlanMode?: MacvlanMode;
  /**
   * Of the same: it is handed all frames that come in below it (`passthru`, and not `nopromisc`), else those
   * for its own MAC and to groups. Absent: not known.
   */
  readonly takesAllMacs?: boolean;
  /** Set where the master is a Linux bridge. */
  readonly bridgePortState?: BridgePortState;
  /** Set where the master is a Linux bridge: whether it learns MACs at this port. */
  readonly bridgePortLearns?: boolean;
  /** Of a Linux bridge: whether it keeps VLANs apart (`vlan_filtering`). */
  readonly vlanFiltering?: boolean;
  /** Of a Linux bridge: the EtherType of the tags that it keeps VLANs apart by, 0x8100 or 0x88a8 (Linux 4.3). */
  readonly vlanProtocol?: number;
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
  const bridge = kind === 'bridge' ? nestedIn(info, IFLA_INFO.DATA) : undefined;
  const vlanProtocol = bridge?.get(IFLA_BR_VLAN_PROTOCOL);
  const macvlan = kind === 'macvtap' || kind === 'macvlan' ? nestedIn(info, IFLA_INFO.DATA) : undefined;
  const macvlanMode = macvlan && macvlanModeIn(macvlan);
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
    ...(macvlan &&
      macvlanMode !== undefined && { macvlanMode, takesAllMacs: takesAllMacs(macvlan, macvlanMode) }),
    ...(bridgePortState !== undefined && { bridgePortState }),
    ...(learning !== undefined && { bridgePortLearns: learning === 1 }),
    ...(bridge && { vlanFiltering: byteIn(bridge, IFLA_BR_VLAN_FILTERING) === 1 }),
    ...(vlanProtocol && { vlanProtocol: viewOf(vlanProtocol, 2, 'VLAN protocol').getUint16(0) }), // big-endian
  };
};

const macvlanModeIn = (data: ReadonlyMap<number, Uint8Array>): MacvlanMode | undefined => {
  const modes: Readonly<Record<number, MacvlanMode>> = MACVLAN_MODES;
  return modes[numberIn(data, IFLA_MACVLAN.MODE) ?? 0];
};

/** Of mode `source` it depends on who sends. */
const takesAllMacs = (data: ReadonlyMap<number, Uint8Array>, mode: MacvlanMode): boolean => {
  const isPromiscuous = ((shortIn(data, IFLA_MACVLAN.FLAGS) ?? 0) & MACVLAN_FLAG_NOPROMISC) === 0;
  return mode === 'source' || (mode === 'passthru' && isPromiscuous);
};
