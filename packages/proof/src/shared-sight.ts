import type { Port, Station } from '@nic-herald/core';
import type { ArrivalWatch, PortSight } from './port-sight.js';

/** A watch that several announcements of one guest use, one after another. */
interface Shared {
  readonly watch: ArrivalWatch;
  users: number;
  /** It was told that the guest runs: what comes is this announcement's, and no later one's. */
  runs: boolean;
}

/**
 * Sees ports through another sight, and hands a watch on: an announcement is made ready again whenever more is known of its guest, which may be at RESUME, and
 * what came by then is not to be lost. Only until the guest is known to run; and no one's watch ends while another uses it.
 */
export class SharedSight implements PortSight {
  private readonly open = new Map<number, Shared>();

  constructor(private readonly inner: PortSight) {}

  watch(port: Port, capacity: number): ArrivalWatch {
    const known = port.index === undefined ? undefined : this.open.get(port.index);
    let shared = this.use(known === undefined || known.runs ? this.begin(port, capacity) : known);
    let isClosed = false;
    return {
      await: (stations) => {
        if (shared.users > 1 && !couldAwait(shared.watch, stations)) {
          const before = shared;
          shared = this.use(this.begin(port, capacity)); // those of the others took its room
          this.leave(port, before);
        }
        shared.watch.await(stations);
      },
      guestRuns: () => {
        shared.runs = true;
        shared.watch.guestRuns();
      },
      read: () => shared.watch.read(),
      close: () => {
        if (!isClosed) this.leave(port, shared);
        isClosed = true;
      },
    };
  }

  look(...asked: Parameters<PortSight['look']>): ReturnType<PortSight['look']> {
    return this.inner.look(...asked);
  }

  close(): void {
    this.inner.close();
  }

  private begin(port: Port, capacity: number): Shared {
    const shared = { watch: this.inner.watch(port, capacity), users: 0, runs: false };
    if (port.index !== undefined) this.open.set(port.index, shared);
    return shared;
  }

  private use(shared: Shared): Shared {
    shared.users += 1;
    return shared;
  }

  private leave({ index }: Port, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    if (index !== undefined && this.open.get(index) === shared) this.open.delete(index);
    shared.watch.close();
  }
}

const couldAwait = (watch: ArrivalWatch, stations: readonly Station[]): boolean => {
  try {
    watch.await(stations);
    return true;
  } catch {
    return false;
  }
};
