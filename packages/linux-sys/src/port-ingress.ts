import { portLock } from './clear-dead-ingress.js';
import type { FileDescriptor } from './file-descriptor.js';
import { keepIngressFilter, removeIngressFilters } from './ingress-filter.js';
import { acquireNamespaceLock, type LockHolder, type NamespaceLock } from './namespace-lock.js';
import type { NetlinkSocket } from './netlink-socket.js';
import { TcxLink } from './tcx-link.js';
import type { ClassifierHook } from './traffic-control.js';

/**
 * How programs get at what a guest sends at a port: `tcx` is in no one's way (Linux 6.6). `qdisc` is a filter, beside others' or at
 * an ingress queueing discipline of ours, which goes when a host's tool puts its own there, and comes back.
 */
export type IngressWay = 'tcx' | 'qdisc';

/** How a port is entered. */
export interface IngressOptions {
  /** False does without tcx where the kernel has it. */
  readonly tcx?: boolean;
  /** Where what the guest sends is seen; absent: `ingress`. */
  readonly hook?: ClassifierHook;
}

/** A program for a port's ingress. */
export interface IngressProgram {
  /** 1 to 16 small letters, unique among ours: `learn` is the filter `nic-herald-learn`. */
  readonly name: string;
  /** The loaded classifier; from `put` on the port's, which closes it. Of one that several ports have, closing may do nothing. */
  readonly loaded: Pick<FileDescriptor, 'number' | 'close'>;
}

/**
 * So long nothing may have changed at a port before a queueing discipline is made there again, ms. Hosts' tools remove
 * what is there and add their own a moment later: ours in between would make that fail. libvirt starts a process for
 * each, which took more than a second on a host without a free processor.
 */
const QUIET_MS = 2000;

interface Placed extends IngressProgram {
  link?: TcxLink;
}

/**
 * The one place of nic-herald at the ingress of a port, for any number of its programs: what is there, and that it
 * comes back. One process has it at a time, by a lock that dies with its holder; so what is found there of ours when it
 * is opened is a dead process's, and is removed.
 *
 * A filter holds its program and a program its maps, but here the programs are held too: what they learned stays while
 * they are away.
 */
export class PortIngress {
  private readonly placed: Placed[] = [];
  /** When traffic control last changed here, and since when something of ours is missing, ms of the caller's clock. */
  private changedAt = Number.NEGATIVE_INFINITY;
  private lack: { readonly since: number; readonly reason?: unknown } | undefined;

  private constructor(
    readonly index: number,
    private readonly netlink: NetlinkSocket,
    private readonly lock: NamespaceLock,
    private readonly mayUseTcx: boolean,
    private readonly hook: ClassifierHook,
  ) {}

  /**
   * Takes the ingress of an interface for this process; or says who has it. `netlink` is open for as long as this is.
   * `tcx: false` does without tcx where the kernel has it; `hook: 'egress'` is for interfaces that send what their guest sends, as a
   * macvtap does. Throws SystemCallError, HERALD_LOCK_DIRECTORY.
   */
  static open(
    index: number,
    netlink: NetlinkSocket,
    { tcx = true, hook = 'ingress' }: IngressOptions = {},
  ): PortIngress | { readonly heldBy: LockHolder } {
    const lock = acquireNamespaceLock(portLock(index));
    if ('heldBy' in lock) return lock;
    try {
      removeIngressFilters(netlink, index, { hook });
      return new PortIngress(index, netlink, lock, tcx, hook);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The way that is used: `qdisc` as soon as one program needs it. */
  get way(): IngressWay {
    return this.placed.every(({ link }) => link !== undefined) ? 'tcx' : 'qdisc';
  }

  /** Since when something of ours is not there, on the clock of `look`, and why it could not be put back; `undefined` where all is. */
  get missing(): { readonly since: number; readonly reason?: unknown } | undefined {
    return this.lack;
  }

  /** Whether a program of that name was put there. */
  has(name: string): boolean {
    return this.placed.some((each) => each.name === name);
  }

  /**
   * Puts a program there, and gives the way to take it off, which throws SystemCallError. The program is closed where this
   * fails, and when it is taken off. Needs CAP_BPF and CAP_NET_ADMIN. Throws SystemCallError.
   */
  put(program: IngressProgram): () => void {
    const { loaded } = program;
    try {
      const link = this.mayUseTcx ? TcxLink.attach(this.index, loaded.number, this.hook) : undefined;
      if (link === undefined) this.keepFilter(program, true);
      const placed: Placed = { ...program, ...(link !== undefined && { link }) };
      this.placed.push(placed);
      return () => this.takeOff(placed);
    } catch (error) {
      loaded.close();
      throw error;
    }
  }

  /**
   * Puts back what was taken away, at once where that is in no one's way. `now` in ms, of a clock that never goes back;
   * `hasChanged` where traffic control changed here since the last look. Never throws: see `missing`.
   */
  look(now: number, hasChanged: boolean): void {
    if (hasChanged) this.changedAt = now;
    if (!hasChanged && this.lack === undefined && this.way === 'qdisc') return; // nothing can have happened
    try {
      const isBack = this.placed.map((each) => this.putBack(each, now)).every(Boolean);
      this.lack = isBack ? undefined : (this.lack ?? { since: now });
    } catch (reason) {
      this.lack = { since: this.lack?.since ?? now, reason };
    }
  }

  /** Takes all away that is ours, and gives the port back. Throws SystemCallError; all is given back even so. */
  close(): void {
    try {
      if (this.way === 'qdisc') removeIngressFilters(this.netlink, this.index, { hook: this.hook });
    } finally {
      for (const { link, loaded } of this.placed.splice(0)) {
        link?.close();
        loaded.close();
      }
      this.lock.release();
    }
  }

  private takeOff(placed: Placed): void {
    const at = this.placed.indexOf(placed);
    if (at < 0) return; // it went with all others
    this.placed.splice(at, 1);
    const { name, link, loaded } = placed;
    try {
      if (link === undefined) removeIngressFilters(this.netlink, this.index, { only: name, hook: this.hook });
    } finally {
      link?.close();
      loaded.close();
    }
  }

  /** True where the program is there, or is there again. */
  private putBack(placed: Placed, now: number): boolean {
    const { loaded, link } = placed;
    if (link !== undefined) {
      if (link.isAttached) return true;
      const next = TcxLink.attach(this.index, loaded.number, this.hook);
      if (next === undefined) return false;
      link.close();
      placed.link = next;
      return true;
    }
    const mayMake = this.lack !== undefined && now - this.changedAt >= QUIET_MS;
    return this.keepFilter(placed, mayMake);
  }

  private keepFilter({ name, loaded }: IngressProgram, mayMake: boolean): boolean {
    return keepIngressFilter(this.netlink, this.index, { name, fd: loaded.number }, mayMake, this.hook);
  }
}
