import { setImmediate } from 'node:timers/promises';

/** Longest time for which the event loop is held at a stretch, ms. */
const TURN_MS = 2;

/** A turn of the event loop that long work takes: `rest` between its pieces lets others run once it gets long. */
export class Turn {
  private since = performance.now();

  async rest(): Promise<void> {
    if (performance.now() - this.since < TURN_MS) return;
    await setImmediate();
    this.since = performance.now();
  }
}
