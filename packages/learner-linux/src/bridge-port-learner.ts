import {
  HeraldError,
  type LearnedStations,
  type Port,
  type PortLearner,
  type Station,
} from '@nic-herald/core';
import { findLink, type LinkInfo, learnedAtPort, NetlinkSocket, untaggedVlanOf } from '@nic-herald/linux-sys';
import { decodeForwarding } from './decode-forwarding.js';
import { InjectedStations } from './injected-stations.js';
import { isAnother, portMissing } from './learner-error.js';

/**
 * What the port's bridge has learned there. A bridge that looks at VLANs knows exact pairs, another only MACs.
 * It learns our announcements too, so it must be told of them (`injected`); and it forgets after its own
 * ageing time, 300 s by default.
 */
export class BridgePortLearner implements PortLearner {
  private readonly port: Port;
  private readonly index: number;
  private readonly netlink: NetlinkSocket;
  private readonly capacity: number;
  private readonly ours: InjectedStations;

  private constructor(port: Port, index: number, netlink: NetlinkSocket, capacity: number) {
    this.port = port;
    this.index = index;
    this.netlink = netlink;
    this.capacity = capacity;
    this.ours = new InjectedStations(capacity);
  }

  /** Throws as `BridgeLearner.open` rejects. */
  static open(port: Port, capacity: number): BridgePortLearner {
    const netlink = new NetlinkSocket();
    try {
      const link = findLink(netlink, { name: port.name });
      const { index } = bridged(port, link && isAnother(port, link) ? undefined : link);
      return new BridgePortLearner(port, index, netlink, capacity);
    } catch (error) {
      netlink.close();
      throw error;
    }
  }

  /** Rejects with HERALD_PORT_MISSING, HERALD_PORT_NOT_BRIDGED, HERALD_SYSTEM_CALL. */
  async read(): Promise<LearnedStations> {
    const { masterIndex } = bridged(this.port, findLink(this.netlink, { index: this.index }));
    const exactVlans = findLink(this.netlink, { index: masterIndex })?.vlanFiltering ?? false;
    const untaggedVlan = exactVlans ? untaggedVlanOf(this.netlink, this.index) : undefined;
    const entries = learnedAtPort(this.netlink, this.index);
    const nowMs = performance.now();
    const stations = decodeForwarding(entries, untaggedVlan);
    return {
      stations: this.ours.seenSince(stations, !exactVlans, nowMs).slice(0, this.capacity),
      exactVlans,
      capacity: this.capacity,
    };
  }

  /** Tells that frames of these stations were just put in at this port: until seen again, none is the guest's. */
  injected(stations: Iterable<Station>): void {
    this.ours.add(stations, performance.now());
  }

  async close(): Promise<void> {
    this.netlink.close();
  }
}

const bridged = (port: Port, link: LinkInfo | undefined): LinkInfo & { readonly masterIndex: number } => {
  if (!link) throw portMissing(port);
  const { masterIndex } = link;
  if (masterIndex !== undefined && link.bridgePortState !== undefined) return { ...link, masterIndex };
  throw new HeraldError(
    'HERALD_PORT_NOT_BRIDGED',
    `port ${port.name} is not a port of a Linux bridge, so no table tells what its guest sends`,
    { details: { port: port.name } },
  );
};
