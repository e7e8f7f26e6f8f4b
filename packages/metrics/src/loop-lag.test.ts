import { describe, expect, it } from 'vitest';
import { LoopLag } from './loop-lag.js';

describe('the lag of the event loop', () => {
  it('is how late a timer fires, never less than nothing, and of nothing once it is closed', () => {
    let now = 0;
    const timers: (() => void)[] = [];
    const told: number[] = [];
    const clock = {
      elapsed: () => now,
      setTimer: (_: number, run: () => void) => {
        timers.push(run);
        return () => void timers.splice(timers.indexOf(run), 1);
      },
    };
    const lag = new LoopLag(clock, (seconds) => told.push(seconds));
    lag.start();
    for (const at of [250, 499.5, 1749.5]) {
      now = at;
      timers.shift()?.();
    }
    expect(told).toEqual([0, 0, 1]);
    lag.close();
    expect(timers).toEqual([]);
  });
});
