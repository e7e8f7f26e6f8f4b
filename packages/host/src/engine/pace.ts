import type { Clock } from '@nic-herald/core';

/** So often in a row something may be done at once, after a while of quiet. */
const BURST = 4;
/** After that, once in this time, ms. */
const EVERY_MS = 250;

/** How often something may be done: a few times at once, and then once in a while. */
export class Pace {
  /** When all that was done would be due, were it done once in a while. */
  private dueAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Pick<Clock, 'elapsed'>,
    private readonly everyMs: number = EVERY_MS,
    private readonly burst: number = BURST,
  ) {}

  /** How long to wait until it may be done, ms; 0 where it may be done now, which then counts as done. */
  take(): number {
    const now = this.clock.elapsed();
    const dueAt = Math.max(this.dueAt, now);
    const waitMs = dueAt - (this.burst - 1) * this.everyMs - now;
    if (waitMs > 0) return waitMs;
    this.dueAt = dueAt + this.everyMs;
    return 0;
  }
}
