import { type FrameWatch, type LinkInfo, SystemCallError } from '@nic-herald/linux-sys';
import type { IpAddress } from '@nic-herald/wire';
import { decodeSpeakers, type Speaker } from './speaker.js';
import { WatchMaps } from './watch-maps.js';
import { WatchedAddresses } from './watched-addresses.js';
import { portsToWatch } from './watched-ports.js';

/** A kernel that refused is asked again after so long, ms: privileges change with the process, limits do not. */
const REFUSED_FOR_MS = 60_000;

/**
 * Notices who speaks from the addresses that were asked about, at the ports of one bridge. Nothing is in the kernel while
 * no address is watched. Where the kernel refuses, no speaker is known: what else is told of the network does not need it.
 */
export class AddressWatch {
  private readonly addresses = new WatchedAddresses();
  private readonly sockets = new Map<number, FrameWatch>();
  private knownSince = new Map<number, number>();
  private maps: WatchMaps | undefined;
  private refusedAt = Number.NEGATIVE_INFINITY;

  /** Whether it is to follow the ports. */
  get isOpen(): boolean {
    return this.maps !== undefined;
  }

  /** Watches these addresses from now on; true where it opens with them, and is to be shown the ports at once. */
  ask(addresses: ReadonlySet<IpAddress>, nowMs: number): boolean {
    if (addresses.size === 0 || nowMs - this.refusedAt < REFUSED_FOR_MS) return false;
    const opens = this.maps === undefined;
    this.unlessRefused(nowMs, () => {
      const change = this.addresses.ask(addresses, nowMs);
      if (this.addresses.size === 0) return; // no host can own any
      this.maps ??= WatchMaps.create();
      this.maps.change(change);
    });
    return opens && this.isOpen;
  }

  /** Listens at the ports that there are now, and gives up what nobody asks about any more. */
  follow(ports: readonly LinkInfo[], guestPorts: { has(index: number): boolean }, nowMs: number): void {
    const { maps } = this;
    if (maps === undefined) return;
    this.unlessRefused(nowMs, () => maps.change({ added: [], removed: this.addresses.expire(nowMs) }));
    if (this.addresses.size === 0) {
      void this.close();
      return;
    }
    this.knownSince = new Map(ports.map(({ index }) => [index, this.knownSince.get(index) ?? nowMs]));
    const wanted = portsToWatch(ports, guestPorts, this.knownSince, nowMs);
    for (const [index, socket] of this.sockets) {
      if (wanted.has(index)) continue;
      this.sockets.delete(index);
      void socket.closeInBackground();
    }
    for (const index of wanted) {
      if (this.maps === undefined) return; // refused
      if (!this.sockets.has(index)) this.listenAt(index, maps, nowMs);
    }
  }

  /** Who spoke so far. */
  speakers(): ReadonlyMap<IpAddress, readonly Speaker[]> {
    if (this.maps === undefined) return new Map();
    return decodeSpeakers(this.maps.entries(), process.hrtime.bigint());
  }

  /** Gives up everything; what is asked later opens it again. */
  async close(): Promise<void> {
    this.maps?.close();
    this.maps = undefined;
    this.addresses.clear();
    this.knownSince.clear();
    const sockets = [...this.sockets.values()];
    this.sockets.clear();
    await Promise.all(sockets.map((socket) => socket.closeInBackground()));
  }

  private listenAt(index: number, maps: WatchMaps, nowMs: number): void {
    this.unlessRefused(nowMs, () => {
      try {
        this.sockets.set(index, maps.attach(index));
      } catch (error) {
        if (!(error instanceof SystemCallError) || !WENT.has(error.errnoName)) throw error;
      }
    });
  }

  private unlessRefused(nowMs: number, work: () => void): void {
    try {
      work();
    } catch {
      this.refusedAt = nowMs; // `diagnose` says why
      void this.close();
    }
  }
}

/** What a port says that went, or is set down, meanwhile. */
const WENT: ReadonlySet<string> = new Set(['ENODEV', 'ENXIO', 'ENETDOWN']);
