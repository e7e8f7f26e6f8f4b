import { HeraldError, type LearnedStations, type Port, type PortLearner } from '@nic-herald/core';
import {
  acquireNamespaceLock,
  findLink,
  LruHashMap,
  loadClassifier,
  type NamespaceLock,
  NetlinkSocket,
} from '@nic-herald/linux-sys';
import { decodeAddresses } from './decode-addresses.js';
import { decodeReports } from './decode-reports.js';
import { decodeSightings } from './decode-sightings.js';
import { attachIngress, detachIngress, isAttached } from './ingress-filter.js';
import { ADDRESSES_MAP, LEARN_PROGRAM_NAME, learnInstructions, STATIONS_MAP } from './learn-program.js';
import { isAnother, learnerUnavailable, portMissing } from './learner-error.js';

interface Owned {
  readonly netlink: NetlinkSocket;
  readonly stations: LruHashMap;
  readonly addresses: LruHashMap;
  readonly lock: NamespaceLock;
}

/**
 * The program on one port, with tables of its own: what one guest sends never costs another a station. The
 * filter holds the program and the program the maps, so all goes with the port, whoever removes it.
 */
export class BpfPortLearner implements PortLearner {
  private readonly port: Port;
  private readonly index: number;
  private readonly owned: Owned;

  private constructor(port: Port, index: number, owned: Owned) {
    this.port = port;
    this.index = index;
    this.owned = owned;
  }

  /** Throws as `BpfLearner.open` rejects; nothing stays then. */
  static open(port: Port, capacity: number): BpfPortLearner {
    let netlink: NetlinkSocket | undefined;
    let lock: NamespaceLock | undefined;
    let stations: LruHashMap | undefined;
    let addresses: LruHashMap | undefined;
    try {
      netlink = new NetlinkSocket();
      const link = findLink(netlink, { name: port.name });
      if (!link || isAnother(port, link)) throw portMissing(port);
      lock = acquireLock(port, link.index);
      stations = LruHashMap.create({ ...STATIONS_MAP, capacity });
      addresses = LruHashMap.create({ ...ADDRESSES_MAP, capacity });
      const instructions = learnInstructions({ stations: stations.fd, addresses: addresses.fd });
      const program = loadClassifier(LEARN_PROGRAM_NAME, instructions);
      try {
        attachIngress(netlink, link.index, program.number);
      } finally {
        program.close(); // the filter holds it from here on
      }
      return new BpfPortLearner(port, link.index, { netlink, stations, addresses, lock });
    } catch (error) {
      addresses?.close();
      stations?.close();
      lock?.release();
      netlink?.close();
      throw learnerUnavailable(error, port.name);
    }
  }

  /**
   * Rejects with HERALD_PORT_MISSING where the port is gone or was made anew, with HERALD_LEARNER_LOST where
   * somebody removed the filter: close it and open another.
   */
  async read(): Promise<LearnedStations> {
    const { netlink, stations, addresses } = this.owned;
    try {
      if (!findLink(netlink, { index: this.index })) throw portMissing(this.port);
      if (!isAttached(netlink, this.index)) throw lost(this.port);
      const claims = addresses.entries(); // first: the program writes a station before its addresses
      const sightings = stations.entries();
      const nowNs = process.hrtime.bigint();
      return {
        stations: decodeSightings(sightings, nowNs, decodeAddresses(claims, nowNs)),
        exactVlans: true,
        capacity: stations.shape.capacity,
        multicastReports: decodeReports(sightings),
      };
    } catch (error) {
      throw learnerUnavailable(error, this.port.name);
    }
  }

  async close(): Promise<void> {
    const { netlink, stations, addresses, lock } = this.owned;
    if (stations.fd < 0) return;
    try {
      detachIngress(netlink, this.index);
    } catch (error) {
      throw learnerUnavailable(error, this.port.name);
    } finally {
      addresses.close();
      stations.close();
      netlink.close();
      lock.release();
    }
  }
}

/** One learner per port: a second one would take the first one's filter for a dead owner's. */
const acquireLock = (port: Port, index: number): NamespaceLock => {
  const lock = acquireNamespaceLock(`nic-herald/learner/${index}`);
  if (!('heldBy' in lock)) return lock;
  const { heldBy } = lock;
  const holder = heldBy === 'unknown' ? 'another process' : `process ${heldBy.pid} of user ${heldBy.uid}`;
  throw new HeraldError(
    'HERALD_LEARNER_BUSY',
    `${holder} already learns at port ${port.name}: let it, or stop it first`,
    { details: { port: port.name, ...(heldBy !== 'unknown' && { pid: heldBy.pid, uid: heldBy.uid }) } },
  );
};

const lost = (port: Port): HeraldError =>
  new HeraldError(
    'HERALD_LEARNER_LOST',
    `port ${port.name}: somebody removed the filter nic-herald-learn from its ingress, so nothing is learned there any more; it is put back when learning is opened anew`,
    { details: { port: port.name } },
  );
