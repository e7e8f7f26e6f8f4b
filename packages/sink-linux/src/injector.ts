import { HeraldError } from '@nic-herald/core';
import {
  acquireNamespaceLock,
  deleteLink,
  findLink,
  type LinkInfo,
  type LinkSelector,
  type NamespaceLock,
  NetlinkSocket,
  openPacketSocket,
  type PacketSocket,
} from '@nic-herald/linux-sys';
import { buildPair, type PairNames, reapPair } from './injector-pair.js';
import { sinkUnavailable } from './sink-unavailable.js';

/** The interfaces' names before their 0 and 1. */
const INJECTOR_PREFIX = 'herald';

/**
 * The way into the ingress of any interface of this network namespace:
 *
 *     packet socket, mark = port ──▶ herald0 egress ──▶ program: redirect to ingress of mark ──▶ port
 *                                    └ herald1, the cable's other end: gives herald0 carrier, receives nothing
 *
 * There is one per namespace. A lock that dies with its holder says whose it is, so whoever holds the lock may
 * clear away what a killed owner left.
 */
export class Injector {
  private readonly lock: NamespaceLock;
  private readonly netlink: NetlinkSocket;
  private readonly names: PairNames;
  private readonly ifindex: number;

  private constructor(lock: NamespaceLock, netlink: NetlinkSocket, names: PairNames, ifindex: number) {
    this.lock = lock;
    this.netlink = netlink;
    this.names = names;
    this.ifindex = ifindex;
  }

  /**
   * Takes the lock, removes a dead owner's pair and builds a new one.
   *
   * Throws HERALD_SINK_BUSY where another process injects here, HERALD_SINK_NAME_TAKEN where an interface that
   * is not ours has the name, HERALD_SINK_UNAVAILABLE where the system refuses, HERALD_NATIVE_UNAVAILABLE.
   */
  static open(prefix = INJECTOR_PREFIX): Injector {
    const names = { near: `${prefix}0`, far: `${prefix}1` };
    let lock: NamespaceLock | undefined;
    let netlink: NetlinkSocket | undefined;
    try {
      lock = acquireLock(`nic-herald/injector/${prefix}`);
      netlink = new NetlinkSocket();
      reapPair(netlink, names);
      const injector = new Injector(lock, netlink, names, buildPair(netlink, names));
      injector.tryToSend();
      return injector;
    } catch (error) {
      netlink?.close();
      lock?.release();
      throw sinkUnavailable(error);
    }
  }

  /** Opens and closes a socket, so that a missing privilege shows now and not at the first migration. */
  private tryToSend(): void {
    try {
      this.openSocket(this.ifindex).close();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** A socket whose frames come in at the interface of that number. Throws SystemCallError. */
  openSocket(portIndex: number): PacketSocket {
    return openPacketSocket({ ifindex: this.ifindex, mark: portIndex });
  }

  /** An interface of the namespace as it is now. Throws SystemCallError. */
  find(which: LinkSelector): LinkInfo | undefined {
    return findLink(this.netlink, which);
  }

  /** What keeps frames from leaving the injector itself, in words; undefined where nothing does. */
  fault(): string | undefined {
    const near = findLink(this.netlink, { index: this.ifindex });
    if (!near) return `${this.names.near} was removed by somebody`;
    return near.up ? undefined : `${this.names.near} was set down by somebody`;
  }

  /** Removes the pair, and with it the program and its filter; then gives the lock back. */
  close(): void {
    try {
      deleteLink(this.netlink, this.ifindex);
    } finally {
      this.netlink.close();
      this.lock.release();
    }
  }
}

const acquireLock = (name: string): NamespaceLock => {
  const lock = acquireNamespaceLock(name);
  if (!('heldBy' in lock)) return lock;
  const { heldBy } = lock;
  const holder = heldBy === 'unknown' ? 'another process' : `process ${heldBy.pid} of user ${heldBy.uid}`;
  throw new HeraldError(
    'HERALD_SINK_BUSY',
    `${holder} already injects frames in this network namespace, which one process at a time may do: let it announce, or stop it first`,
    { details: heldBy === 'unknown' ? {} : { pid: heldBy.pid, uid: heldBy.uid } },
  );
};
