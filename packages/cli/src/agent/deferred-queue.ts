/**
 * Runs work after the event loop's current turn, in order. What listens to the bus may stand before the one
 * that sends on a resume; a listener that only queues costs it a microsecond.
 */
export class DeferredQueue {
  private queue: (() => void)[] = [];

  push(work: () => void): void {
    this.queue.push(work);
    if (this.queue.length === 1) setImmediate(() => this.drain());
  }

  /** Does everything queued now. */
  drain(): void {
    const queue = this.queue;
    this.queue = [];
    for (const work of queue) work();
  }
}
