import type { CancelTimer, Clock } from '@nic-herald/core';

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** 2023-11-14T22:13:20Z, in ms since 1970: an ordinary moment with a round number. */
const DEFAULT_START_MS = 1_700_000_000_000;
/** No pause is shorter, ms: one that is lost in rounding would be due at the same moment for ever. */
const LEAST_MS = 0.001;
/** Turns of the event loop without a sign of work after which everything is taken to rest. */
const QUIET_TURNS = 3;
/** Node's names for what ends by itself: requests to the file system, and sockets that connect or write. */
const UNDER_WAY = /^(FSReq|CloseReq|ConnectWrap|PipeConnectWrap|WriteWrap)/;

/**
 * A clock that stands still until it is told to go on. Timers run in the order they are due, those of one
 * moment in the order they were set, and before each next moment everything that is under way comes to rest:
 * promises, file operations, and what scripted servers are asked. So a test measures fake time alone, and
 * gets the same every time.
 */
export class FakeClock implements Clock {
  private passed = 0;
  private stepped = 0;
  private activity = 0;
  private readonly timers: Timer[] = [];

  /** Starts at `startMs`, ms since 1970 UTC. */
  constructor(private readonly startMs: number = DEFAULT_START_MS) {}

  now(): number {
    return this.startMs + this.passed + this.stepped;
  }

  elapsed(): number {
    return this.passed;
  }

  /** Sets the time of day forward, or back where `ms` is below 0: no time passes. */
  step(ms: number): void {
    this.stepped += ms;
  }

  setTimer(delayMs: number, run: () => void): CancelTimer {
    const timer = { due: this.passed + (delayMs > 0 ? Math.max(LEAST_MS, delayMs) : 0), run };
    const later = this.timers.findIndex((other) => other.due > timer.due);
    this.timers.splice(later === -1 ? this.timers.length : later, 0, timer);
    return () => {
      const index = this.timers.indexOf(timer);
      if (index !== -1) this.timers.splice(index, 1);
    };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.timers.length;
  }

  /** Lets `ms` (0 and up) pass. A timer that throws rejects the promise, with time standing where it threw. */
  async advance(ms: number): Promise<void> {
    const end = this.passed + ms;
    await this.settle();
    for (let due = this.timers[0]?.due; due !== undefined && due <= end; due = this.timers[0]?.due) {
      this.passed = due;
      while (this.timers[0]?.due === due) this.timers.shift()?.run();
      await this.settle();
    }
    this.passed = end;
  }

  /**
   * Lets time pass from timer to timer until `condition` holds. False where it still does not after `limitMs`
   * of fake time.
   */
  async advanceUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.passed + limitMs;
    await this.settle();
    while (!condition()) {
      const due = this.timers[0]?.due ?? Number.POSITIVE_INFINITY;
      if (due > end) return false;
      await this.advance(due - this.passed);
    }
    return true;
  }

  /** Tells that something is under way that the clock cannot see: time waits until nobody tells so any more. */
  touch(): void {
    this.activity += 1;
  }

  /** Waits, in real time and no fake time, until nothing is under way. */
  async settle(): Promise<void> {
    let seen = -1;
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      if (seen !== this.activity || systemIsBusy()) quiet = 0;
      seen = this.activity;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
}

function systemIsBusy(): boolean {
  return process.getActiveResourcesInfo().some((kind) => UNDER_WAY.test(kind));
}
