import { type Token, token } from './di/injection.js';

/** Stops a timer. Calling it again, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

/** Time as the host sees it. Everything that waits or stamps takes one, so that tests can own time. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC with a fraction (microseconds), comparable with QEMU's event stamps. */
  now(): number;
  /**
   * Milliseconds since some moment in the past, with a fraction. Nobody sets this one: ages and pauses are measured
   * by it, and a step of the machine's clock makes nothing older.
   */
  elapsed(): number;
  /**
   * Calls `run` once after `delayMs` (>= 0) milliseconds. 0: once all that this turn of the event loop has read is
   * dealt with, those of 0 in the order they were set; it should cost no millisecond.
   */
  setTimer(delayMs: number, run: () => void): CancelTimer;
}

/** The host's clock. One per host; `composeHost` provides the system's where no plugin does. */
export const CLOCK: Token<Clock> = token<Clock>('core/clock');
