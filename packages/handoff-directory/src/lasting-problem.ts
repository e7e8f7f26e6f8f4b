import type { Clock } from '@nic-herald/core';

/** A problem that lasts is told of so often, ms. */
const AGAIN_MS = 600_000;

/** A problem that may last for days: told of when it begins, and again every ten minutes, so that no log is filled. */
export class LastingProblem {
  private toldAt: number | undefined;

  constructor(private readonly clock: Pick<Clock, 'elapsed'>) {}

  /** It is there: whether it is to be told of now. */
  isNews(): boolean {
    const now = this.clock.elapsed();
    if (this.toldAt !== undefined && now - this.toldAt < AGAIN_MS) return false;
    this.toldAt = now;
    return true;
  }

  /** It is not there: when it comes back, it is news. */
  over(): void {
    this.toldAt = undefined;
  }
}
