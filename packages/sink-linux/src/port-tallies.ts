import type { CounterMap } from '@nic-herald/linux-sys';

/** What was sent to one port, and what of it the program let in there; shared by all channels to that port. */
export interface PortTally {
  /** The system took so many frames. */
  accepted(frames: number): void;
  /** How many of those taken since this was opened the program has not seen; `undefined` where that is not known. */
  lost(): number | undefined;
  close(): void;
}

interface Shared {
  users: number;
  accepted: number;
}

/** The tallies of the ports by their numbers, over counters in the kernel. */
export class PortTallies {
  private readonly ports = new Map<number, Shared>();
  private isClosed = false;

  constructor(private readonly counters: Pick<CounterMap, 'add' | 'read' | 'remove'>) {}

  /** The counters are given back: nothing is known any more. */
  close(): void {
    this.isClosed = true;
  }

  /** Throws SystemCallError. */
  open(port: number): PortTally {
    const shared = this.ports.get(port) ?? { users: 0, accepted: 0 };
    if (shared.users === 0) {
      this.counters.remove(port); // an interface of that number may have been here before
      this.counters.add(port);
      this.ports.set(port, shared);
    }
    shared.users += 1;
    const missing = (): number | undefined => {
      const seen = this.seen(port);
      return seen === undefined ? undefined : shared.accepted - seen;
    };
    const before = missing() ?? 0;
    let most = 0;
    let isOpen = true;
    return {
      accepted: (frames) => {
        shared.accepted += frames;
      },
      lost: () => {
        if (!isOpen) return most;
        const now = missing();
        if (now === undefined) return undefined;
        most = Math.max(most, now - before);
        return most;
      },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        shared.users -= 1;
        if (shared.users > 0) return;
        this.ports.delete(port);
        if (!this.isClosed) this.counters.remove(port);
      },
    };
  }

  private seen(port: number): number | undefined {
    try {
      return this.isClosed ? undefined : this.counters.read(port);
    } catch {
      return undefined; // whoever asks cannot help it, and frames need not be known to have left
    }
  }
}
