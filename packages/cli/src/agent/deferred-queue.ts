/** How long one turn may take, ms: others have the event loop in between. */
const TURN_MS = 2;
/** Most that waits; for one more the oldest is done at once. */
const MOST_WAITING = 10_000;

/**
 * Runs work after the event loop's current turn, in order and in short turns. What listens to the bus may stand before the
 * one that sends on a resume; a listener that only queues costs it a microsecond.
 */
export class DeferredQueue {
  private readonly queue = new Set<{ readonly work: () => void }>();
  private isDue = false;

  push(work: () => void): void {
    this.queue.add({ work });
    if (this.queue.size > MOST_WAITING) this.next();
    this.later();
  }

  /** Does everything queued now. */
  drain(): void {
    for (let left = this.queue.size; left > 0; left--) this.next();
  }

  private later(): void {
    if (this.isDue || this.queue.size === 0) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      const until = performance.now() + TURN_MS;
      for (let left = this.queue.size; left > 0 && performance.now() < until; left--) this.next();
      this.later();
    });
  }

  private next(): void {
    const [oldest] = this.queue;
    if (oldest === undefined) return;
    this.queue.delete(oldest);
    oldest.work();
  }
}
