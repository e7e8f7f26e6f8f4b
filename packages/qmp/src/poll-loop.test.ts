import { describe, expect, it } from 'vitest';
import { TestClock } from '../test/test-clock.js';
import { PollLoop } from './poll-loop.js';

describe('PollLoop', () => {
  const setUp = () => {
    const clock = new TestClock();
    const finish: Array<() => void> = [];
    const loop = new PollLoop(
      clock,
      () =>
        new Promise((resolve) => {
          finish.push(() => resolve(100));
        }),
      (error) => expect.unreachable(String(error)),
    );
    const end = async (): Promise<void> => {
      finish.at(-1)?.();
      await new Promise(setImmediate);
    };
    return { clock, loop, runs: () => finish.length, end };
  };

  it('rests for the pause its task names', async () => {
    const { clock, loop, runs, end } = setUp();
    loop.start(50);
    clock.advance(49);
    expect(runs()).toBe(0);
    clock.advance(1);
    await end();
    clock.advance(99);
    expect(runs()).toBe(1);
    clock.advance(1);
    expect(runs()).toBe(2);
  });

  it('never runs twice at a time, and once more when asked meanwhile', async () => {
    const { loop, runs, end } = setUp();
    loop.now();
    loop.now();
    loop.now();
    expect(runs()).toBe(1);
    await end();
    expect(runs()).toBe(2);
    await end();
    expect(runs()).toBe(2);
  });

  it('stops, in a pause and in a run', async () => {
    const { clock, loop, runs, end } = setUp();
    loop.now();
    loop.stop();
    await end();
    loop.now();
    clock.advance(1000);
    expect(runs()).toBe(1);
    expect(clock.timers).toEqual([]);
  });

  it('tells of a task that rejects, and goes on', async () => {
    const clock = new TestClock();
    const faults: unknown[] = [];
    let runs = 0;
    const task = async (): Promise<number> => {
      runs += 1;
      throw new TypeError(`run ${runs}`);
    };
    new PollLoop(clock, task, (error) => faults.push(error)).now();
    await new Promise(setImmediate);
    clock.advance(5000);
    await new Promise(setImmediate);
    expect(faults.map(String)).toEqual(['TypeError: run 1', 'TypeError: run 2']);
  });
});
