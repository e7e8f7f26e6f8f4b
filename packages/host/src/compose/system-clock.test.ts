import { stat } from 'node:fs';
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

  it('calls after 0 ms once all of this turn is done, and before any timer of 1 ms', async () => {
    const clock = new SystemClock();
    const runs: string[] = [];
    await new Promise<void>((resolve) => {
      // From what was read, as a resume is: the end of that turn comes before the next look at the timers.
      stat('.', () => {
        clock.setTimer(1, () => {
          runs.push('1 ms');
          resolve();
        });
        clock.setTimer(0, () => runs.push('kept'));
        const cancel = clock.setTimer(0, () => runs.push('cancelled'));
        cancel();
        cancel();
        void Promise.resolve().then(() => runs.push('promise'));
        runs.push('now');
      });
    });
    expect(runs).toEqual(['now', 'promise', 'kept', '1 ms']);
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
