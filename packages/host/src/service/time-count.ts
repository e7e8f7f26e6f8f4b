import type { TimeStats } from '@nic-herald/core/internal';

/** Counts times of one sort. */
export class TimeCount {
  private count = 0;
  private totalMs = 0;
  private longestMs = 0;

  /** Two clocks may disagree: less than 0 counts as 0. */
  add(tookMs: number): void {
    const ms = Math.max(0, tookMs);
    this.count += 1;
    this.totalMs += ms;
    this.longestMs = Math.max(this.longestMs, ms);
  }

  get stats(): TimeStats {
    const { count, totalMs, longestMs } = this;
    return { count, totalMs, longestMs };
  }
}
