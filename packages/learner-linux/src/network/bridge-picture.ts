import {
  type BridgeEntry,
  type InterfaceAddress,
  interfaceAddresses,
  type LinkInfo,
  type Links,
  NetlinkSocket,
  Turn,
  tableInTurns,
  tableOfBridge,
  untaggedVlans,
} from '@nic-herald/linux-sys';
import { IpAddress, Ipv4Address, Ipv6Address, isDecodeError, MacAddress } from '@nic-herald/wire';
import { hostInterfaces } from './host-interfaces.js';
import type { Speaker } from './speaker.js';

/** Where a MAC was learned. */
export interface LearnedAt {
  readonly portIndex: number;
  /** As the bridge counts; absent where it does not look at VLANs. */
  readonly vlan?: number;
  /** At the moment of the picture. */
  readonly ageMs: number;
}

/** The network of a bridge as it was at one moment. */
export interface BridgePicture {
  /** On the clock of performance.now(). */
  readonly takenAt: number;
  readonly vlanAware: boolean;
  /** By the numbers of the interfaces. */
  readonly portNames: ReadonlyMap<number, string>;
  readonly ports: readonly LinkInfo[];
  /** Where untagged frames are, by ports; empty where the bridge does not look at VLANs. */
  readonly untaggedVlans: ReadonlyMap<number, number>;
  readonly learned: ReadonlyMap<MacAddress, readonly LearnedAt[]>;
  /** Who spoke from which address, as the ports' watches noticed it. */
  readonly speakers: ReadonlyMap<IpAddress, readonly Speaker[]>;
  readonly hostMacs: readonly MacAddress[];
  readonly hostAddresses: readonly IpAddress[];
}

/**
 * Reads what the kernel knows of a bridge's network in short turns, and `speakers` at the moment that counts; undefined where
 * there is no such bridge any more. Rejects with SystemCallError, and with what `speakers` throws.
 */
export const takePicture = async (
  bridgeIndex: number,
  interfaces: Links,
  speakersNow: () => BridgePicture['speakers'],
): Promise<BridgePicture | undefined> => {
  const turn = new Turn();
  const table = await withNetlink((netlink) => readTable(netlink, bridgeIndex, turn));
  const takenAt = performance.now();
  const speakers = speakersNow();
  // Behind the table: an entry of a port that went meanwhile is left out, one of a port that came is not.
  return withNetlink(async (netlink) => {
    const links = await interfaces.all();
    const bridge = links.find(({ index, kind }) => index === bridgeIndex && kind === 'bridge');
    if (bridge === undefined) return undefined;
    await turn.rest();
    const vlanAware = bridge.vlanFiltering ?? false;
    const ours = hostInterfaces(links, bridge);
    const ports = links.filter(({ masterIndex }) => masterIndex === bridgeIndex);
    return {
      takenAt,
      vlanAware,
      ports,
      portNames: new Map(ports.map(({ index, name }) => [index, name])),
      untaggedVlans: vlanAware ? untaggedVlans(netlink) : new Map(),
      learned: table.learned,
      speakers,
      hostMacs: [...new Set([...table.own, ...[...ours].flatMap(({ address }) => macsOf(address))])],
      hostAddresses: ipsOf(interfaceAddresses(netlink), new Set([...ours].map(({ index }) => index))),
    };
  });
};

/** A dump under way takes all of a socket, so each picture has its own. */
const withNetlink = async <T>(work: (netlink: NetlinkSocket) => Promise<T>): Promise<T> => {
  const netlink = new NetlinkSocket();
  try {
    return await work(netlink);
  } finally {
    netlink.close();
  }
};

const readTable = async (
  netlink: NetlinkSocket,
  bridgeIndex: number,
  turn: Turn,
): Promise<{
  readonly learned: ReadonlyMap<MacAddress, LearnedAt[]>;
  readonly own: ReadonlySet<MacAddress>;
}> => {
  const learned = new Map<MacAddress, LearnedAt[]>();
  const own = new Set<MacAddress>();
  for await (const part of tableInTurns(tableOfBridge(netlink, bridgeIndex), turn)) {
    for (const entry of part) {
      const [mac] = macsOf(entry.address);
      if (mac === undefined || entry.origin === 'placed') continue;
      if (entry.origin === 'own') own.add(mac);
      else put(learned, mac, entry);
    }
  }
  return { learned, own };
};

const put = (learned: Map<MacAddress, LearnedAt[]>, mac: MacAddress, entry: BridgeEntry): void => {
  const { portIndex, vlan, ageMs } = entry;
  const known = learned.get(mac);
  const at = { portIndex, ageMs, ...(vlan !== undefined && { vlan }) };
  if (known === undefined) learned.set(mac, [at]);
  else if (known.length <= 4096) known.push(at); // as many as there are VLANs
};

const macsOf = (address: Uint8Array | undefined): readonly MacAddress[] => {
  const mac = address && MacAddress.fromBytes(address);
  return typeof mac === 'string' && MacAddress.isStationAddress(mac) ? [mac] : [];
};

const ipsOf = (addresses: readonly InterfaceAddress[], of: ReadonlySet<number>): readonly IpAddress[] => {
  const ips = addresses.flatMap(({ index, address }) => {
    if (!of.has(index)) return [];
    const ip = address.length === 4 ? Ipv4Address.fromBytes(address) : Ipv6Address.fromBytes(address);
    return isDecodeError(ip) || !IpAddress.isHostAddress(ip) ? [] : [ip];
  });
  return [...new Set(ips)];
};
