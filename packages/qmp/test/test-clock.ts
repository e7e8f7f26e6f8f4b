import type { CancelTimer, Clock } from '@nic-herald/core';

/** A clock whose timers run when a test says so. */
export class TestClock implements Clock {
  readonly timers: Array<{ due: number; run: () => void }> = [];
  private passed = 0;
  private startMs = 1_700_000_000_123.456;

  now(): number {
    return this.startMs + this.passed;
  }

  elapsed(): number {
    return this.passed;
  }

  /** Sets the time of day forward: no time passes. */
  step(ms: number): void {
    this.startMs += ms;
  }

  setTimer(delayMs: number, run: () => void): CancelTimer {
    const timer = { due: this.passed + delayMs, run };
    this.timers.push(timer);
    return () => {
      const index = this.timers.indexOf(timer);
      if (index !== -1) this.timers.splice(index, 1);
    };
  }

  advance(ms: number): void {
    const end = this.passed + ms;
    for (;;) {
      const [next] = this.timers.toSorted((a, b) => a.due - b.due);
      if (next === undefined || next.due > end) break;
      this.passed = Math.max(this.passed, next.due);
      this.timers.splice(this.timers.indexOf(next), 1);
      next.run();
    }
    this.passed = end;
  }
}
