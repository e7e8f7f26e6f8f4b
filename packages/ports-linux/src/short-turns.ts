import { setImmediate } from 'node:timers/promises';

/** Longest time for which the event loop is held at a stretch, ms, but for what is one piece of work. */
const TURN_MS = 2;

/**
 * Does short work that holds up the event loop, one after another and with a pause where it gets long: hundreds of guests may
 * be looked at together, and one may resume meanwhile.
 */
export class ShortTurns {
  private last: Promise<unknown> = Promise.resolve();
  private heldMs = 0;

  /** Rejects with what the work throws. */
  run<T>(work: () => T): Promise<T> {
    const result = this.last.then(async () => {
      if (this.heldMs >= TURN_MS) {
        await setImmediate();
        this.heldMs = 0;
      }
      const since = performance.now();
      try {
        return work();
      } finally {
        this.heldMs += performance.now() - since;
      }
    });
    this.last = result.catch(() => {}); // whoever asked for it is told
    return result;
  }
}
