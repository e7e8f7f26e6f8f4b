import type { Clock } from '@nic-herald/core';

/** Time that passes without a turn of the event loop: thousands of timers in a moment. */
export class SimulatedClock implements Clock {
  private time = 0;
  private timers: { readonly due: number; readonly run: () => void }[] = [];

  now(): number {
    return this.time;
  }

  elapsed(): number {
    return this.time;
  }

  setTimer(delayMs: number, run: () => void): () => void {
    const timer = { due: this.time + delayMs, run };
    const later = this.timers.findIndex(({ due }) => due > timer.due);
    this.timers.splice(later === -1 ? this.timers.length : later, 0, timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  passUntil(end: number): void {
    for (let next = this.timers[0]; next !== undefined && next.due <= end; next = this.timers[0]) {
      this.timers.shift();
      this.time = next.due;
      next.run();
    }
    this.time = Math.max(this.time, end === Number.POSITIVE_INFINITY ? this.time : end);
  }
}
