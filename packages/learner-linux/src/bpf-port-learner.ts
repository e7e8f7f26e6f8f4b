import { HeraldError, type LearnedStations, type Port, type PortLearner } from '@nic-herald/core';
import {
  acquireNamespaceLock,
  findLink,
  LruHashMap,
  loadClassifier,
  type NamespaceLock,
  NetlinkSocket,
} from '@nic-herald/linux-sys';
import { decodeSightings } from './decode-sightings.js';
import { attachIngress, detachIngress, isAttached } from './ingress-filter.js';
import { LEARN_PROGRAM_NAME, learnInstructions, STATIONS_MAP } from './learn-program.js';
import { learnerUnavailable, portMissing } from './learner-error.js';

/**
 * The program on one port, with a table of its own: what one guest sends never costs another a station. The
 * filter holds the program and the program the map, so all goes with the port, whoever removes it.
 */
export class BpfPortLearner implements PortLearner {
  private readonly port: Port;
  private readonly index: number;
  private readonly netlink: NetlinkSocket;
  private readonly map: LruHashMap;
  private readonly lock: NamespaceLock;

  private constructor(
    port: Port,
    index: number,
    owned: { readonly netlink: NetlinkSocket; readonly map: LruHashMap; readonly lock: NamespaceLock },
  ) {
    this.port = port;
    this.index = index;
    this.netlink = owned.netlink;
    this.map = owned.map;
    this.lock = owned.lock;
  }

  /** Throws as `BpfLearner.open` rejects; nothing stays then. */
  static open(port: Port, capacity: number): BpfPortLearner {
    let netlink: NetlinkSocket | undefined;
    let lock: NamespaceLock | undefined;
    let map: LruHashMap | undefined;
    try {
      netlink = new NetlinkSocket();
      const link = findLink(netlink, { name: port.name });
      if (!link) throw portMissing(port);
      lock = acquireLock(port, link.index);
      map = LruHashMap.create({ ...STATIONS_MAP, capacity });
      const program = loadClassifier(LEARN_PROGRAM_NAME, learnInstructions(map.fd));
      try {
        attachIngress(netlink, link.index, program.number);
      } finally {
        program.close(); // the filter holds it from here on
      }
      return new BpfPortLearner(port, link.index, { netlink, map, lock });
    } catch (error) {
      map?.close();
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
    try {
      if (!findLink(this.netlink, { index: this.index })) throw portMissing(this.port);
      if (!isAttached(this.netlink, this.index)) throw lost(this.port);
      const entries = this.map.entries();
      return {
        stations: decodeSightings(entries, process.hrtime.bigint()),
        exactVlans: true,
        capacity: this.map.shape.capacity,
      };
    } catch (error) {
      throw learnerUnavailable(error, this.port.name);
    }
  }

  async close(): Promise<void> {
    if (this.map.fd < 0) return;
    try {
      detachIngress(this.netlink, this.index);
    } catch (error) {
      throw learnerUnavailable(error, this.port.name);
    } finally {
      this.map.close();
      this.netlink.close();
      this.lock.release();
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
