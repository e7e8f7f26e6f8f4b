import { afterEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from './system-clock.js';

afterEach(() => vi.useRealTimers());

describe('SystemClock', () => {
  it('follows a wall clock that is stepped', () => {
    vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
    const clock = new SystemClock();
    expect(Math.abs(clock.now() - 1_000_000)).toBeLessThan(100);
    vi.setSystemTime(5_000_000);
    expect(Math.abs(clock.now() - 5_000_000)).toBeLessThan(100);
    vi.setSystemTime(2_000_000);
    expect(Math.abs(clock.now() - 2_000_000)).toBeLessThan(100);
  });

  it('never goes back by itself', () => {
    const clock = new SystemClock();
    let last = clock.now();
    for (let times = 0; times < 1000; times++) {
      const now = clock.now();
      expect(now).toBeGreaterThanOrEqual(last - 5);
      last = now;
    }
  });

  it('cancels timers', () => {
    vi.useFakeTimers();
    const clock = new SystemClock();
    const runs: string[] = [];
    clock.setTimer(10, () => runs.push('kept'));
    const cancel = clock.setTimer(10, () => runs.push('cancelled'));
    cancel();
    cancel();
    vi.advanceTimersByTime(10);
    expect(runs).toEqual(['kept']);
  });
});
