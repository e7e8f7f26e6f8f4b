import { performance } from 'node:perf_hooks';
import type { CancelTimer, Clock } from '@nic-herald/core';

/** A step of the wall clock larger than this is followed, ms; less is the two clocks' rounding. */
const STEP_MS = 5;

/**
 * The machine's clock: microseconds from the monotonic clock, set anew whenever the wall clock was stepped.
 * Agrees with CLOCK_REALTIME, from which QEMU stamps its events, within some tens of microseconds; within one
 * millisecond after such a step.
 */
export class SystemClock implements Clock {
  private origin = performance.timeOrigin;

  now(): number {
    const monotonic = performance.now();
    const wall = Date.now();
    if (Math.abs(wall - (this.origin + monotonic)) > STEP_MS) this.origin = wall - monotonic;
    return this.origin + monotonic;
  }

  elapsed(): number {
    return performance.now();
  }

  /** A delay of 0 costs no millisecond: it is over once all that this turn of the event loop has read is dealt with. */
  setTimer(delayMs: number, run: () => void): CancelTimer {
    if (delayMs <= 0) {
      const soon = setImmediate(run);
      return () => clearImmediate(soon);
    }
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  }
}
