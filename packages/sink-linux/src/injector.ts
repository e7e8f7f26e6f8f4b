import { HeraldError } from '@nic-herald/core';
import {
  acquireNamespaceLock,
  CounterMap,
  findLink,
  InterfaceNews,
  type LinkInfo,
  type LinkSelector,
  listFilters,
  lockHolderText,
  type NamespaceLock,
  NetlinkSocket,
  openPacketSocket,
  type PacketSocket,
} from '@nic-herald/linux-sys';
import {
  buildPair,
  type InjectorPair,
  mendPair,
  type PairNames,
  reapPair,
  removePair,
} from './injector-pair.js';
import { pairFault } from './pair-fault.js';
import { PortTallies, type PortTally } from './port-tallies.js';
import { sinkUnavailable } from './sink-unavailable.js';
import { TrialFrame } from './trial-frame.js';
import type { TriggerEnds } from './trigger-station.js';

/** The interfaces' names before their 0 and 1. */
const INJECTOR_PREFIX = 'herald';
/** Most ports that are counted at a time. */
const MOST_COUNTED = 16_384;

/** A way to one port. */
export interface Injection {
  readonly socket: PacketSocket;
  readonly tally: PortTally;
}

/**
 * The way into the ingress of any interface of this network namespace:
 *
 *     packet socket, mark = port ──▶ herald0 egress ──▶ program: count, redirect to ingress of mark ──▶ port
 *                                    └ herald1, the cable's other end: gives herald0 carrier, receives nothing
 *
 * There is one per namespace. A lock that dies with its holder says whose it is, so whoever holds the lock may
 * clear away what a killed owner left. The counters and the sockets are ours and outlive a pair that somebody removes:
 * what was laid out for them leaves by the next one.
 */
export class Injector {
  private readonly sockets = new Set<PacketSocket>();
  private readonly tallies: PortTallies;
  private readonly trial: TrialFrame;
  /** Whether it was as it was built when it was looked at last. */
  private wasSound = false;

  private constructor(
    private readonly lock: NamespaceLock,
    private readonly netlink: NetlinkSocket,
    private readonly news: InterfaceNews,
    private readonly counters: CounterMap,
    private readonly names: PairNames,
    private pair: InjectorPair,
  ) {
    this.tallies = new PortTallies(counters);
    this.trial = new TrialFrame(this.socketTo(undefined), counters);
  }

  /**
   * Takes the lock, removes a dead owner's pair, builds a new one and tries it.
   *
   * Throws HERALD_SINK_BUSY where another process injects here, HERALD_SINK_NAME_TAKEN where an interface that
   * is not ours has the name, HERALD_SINK_UNAVAILABLE where the system refuses, HERALD_NATIVE_UNAVAILABLE.
   */
  static open(prefix = INJECTOR_PREFIX): Injector {
    const names = { near: `${prefix}0`, far: `${prefix}1` };
    let lock: NamespaceLock | undefined;
    let netlink: NetlinkSocket | undefined;
    let news: InterfaceNews | undefined;
    let counters: CounterMap | undefined;
    let pair: InjectorPair | undefined;
    try {
      lock = acquireLock(`nic-herald/injector/${prefix}`);
      netlink = new NetlinkSocket();
      news = new InterfaceNews('links', 'traffic control');
      reapPair(netlink, names);
      counters = CounterMap.create('herald_ports', MOST_COUNTED);
      pair = buildPair(netlink, names, counters.fd);
      const injector = new Injector(lock, netlink, news, counters, names, pair);
      const fault = injector.fault();
      if (fault === undefined) return injector;
      injector.trial.close();
      throw new HeraldError('HERALD_SINK_UNAVAILABLE', `frames cannot be injected: ${fault}`);
    } catch (error) {
      if (netlink && pair) removePair(netlink, pair);
      counters?.close();
      news?.close();
      netlink?.close();
      lock?.release();
      throw sinkUnavailable(error);
    }
  }

  /** A way by which frames come in at the interface of that number. Throws SystemCallError. */
  inject(portIndex: number): Injection {
    const tally = this.tallies.open(portIndex);
    try {
      return { socket: this.socketTo(portIndex), tally };
    } catch (error) {
      tally.close();
      throw error;
    }
  }

  /** Its two interfaces as they are now. */
  get ends(): TriggerEnds {
    const { names, pair } = this;
    return { near: { name: names.near, index: pair.near }, far: { name: names.far, index: pair.far } };
  }

  /** An interface of the namespace as it is now. Throws SystemCallError. */
  find(which: LinkSelector): LinkInfo | undefined {
    return findLink(this.netlink, which);
  }

  /**
   * What keeps frames from leaving the injector itself, in words; `undefined` where nothing does: all stands as it was
   * built, and a frame sent now reached the program. Throws SystemCallError.
   */
  fault(): string | undefined {
    const isAsBefore = this.wasSound && !this.hasNews();
    this.wasSound = false;
    const fault = isAsBefore ? undefined : this.standingFault();
    if (fault !== undefined) return fault;
    if (!this.trial.passes())
      return this.standingFault() ?? `a frame sent on ${this.names.near} did not reach its program`;
    this.wasSound = true;
    return undefined;
  }

  /** Whether the kernel told of a change at its interfaces since it was asked last. */
  private hasNews(): boolean {
    const { near, far } = this.pair;
    const news = this.news.read();
    return news === 'all' || news.has(near) || news.has(far);
  }

  private standingFault(): string | undefined {
    const { netlink, pair, names } = this;
    const link = findLink(netlink, { index: pair.near });
    return pairFault(names, pair, link, () => listFilters(netlink, pair.near, 'egress'));
  }

  /** Makes it sound again: what stands is mended, else all is built anew. Throws where it cannot be done. */
  repair(): void {
    if (findLink(this.netlink, { index: this.pair.near })) {
      try {
        this.pair = mendPair(this.netlink, this.pair, this.counters.fd);
        if (this.fault() === undefined) return;
      } catch {} // it is built anew
    }
    removePair(this.netlink, this.pair);
    reapPair(this.netlink, this.names);
    this.pair = buildPair(this.netlink, this.names, this.counters.fd);
    for (const socket of this.sockets) {
      if (socket.fd < 0) this.sockets.delete(socket);
      else socket.rebind(this.pair.near);
    }
    const fault = this.fault();
    if (fault !== undefined) throw new HeraldError('HERALD_SINK_LOST', `it was built anew, and ${fault}`);
  }

  /** Removes the pair, and with it the program and its filter; then gives the lock back. */
  close(): void {
    try {
      removePair(this.netlink, this.pair);
    } finally {
      this.tallies.close();
      this.trial.close();
      this.counters.close();
      this.news.close();
      this.netlink.close();
      this.lock.release();
    }
  }

  private socketTo(mark: number | undefined): PacketSocket {
    for (const socket of this.sockets) if (socket.fd < 0) this.sockets.delete(socket);
    const ifindex = this.pair.near;
    const socket = openPacketSocket(mark === undefined ? { ifindex } : { ifindex, mark });
    this.sockets.add(socket);
    return socket;
  }
}

const acquireLock = (name: string): NamespaceLock => {
  const lock = acquireNamespaceLock(name);
  if (!('heldBy' in lock)) return lock;
  const { heldBy } = lock;
  throw new HeraldError(
    'HERALD_SINK_BUSY',
    `${lockHolderText(heldBy)} already injects frames in this network namespace, which one process at a time may do: let it announce, or stop it first`,
    { details: heldBy === 'unknown' ? {} : { pid: heldBy.pid, uid: heldBy.uid } },
  );
};
