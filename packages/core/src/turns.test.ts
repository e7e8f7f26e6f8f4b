import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from './clock.js';
import { Turns } from './turns.js';

const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => Date.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
const turns = (places: number) => new Turns(clock, { places, holdMs: 100 });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Work that ends when it is told to. */
const work = (begun: string[], name: string) => {
  let end: (error?: Error) => void = () => {};
  const run = (): Promise<string> => {
    begun.push(name);
    return new Promise((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve(name));
    });
  };
  return { run, end: (error?: Error) => end(error) };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Turns', () => {
  it('goes on behind work that fails, and behind work that throws', async () => {
    const one = turns(1);
    await expect(one.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(() =>
      one.run(() => {
        throw new Error('at once');
      }),
    ).toThrow('at once');
    await expect(one.run(async () => 'next')).resolves.toBe('next');
  });

  it('begins within the call where there is a place, and the others in their order', async () => {
    const two = turns(2);
    const begun: string[] = [];
    const all = ['a', 'b', 'c', 'd'].map((name) => work(begun, name));
    const results = all.map(({ run }) => two.run(run));
    expect(begun).toEqual(['a', 'b']);
    all[1]?.end();
    await pass(0);
    expect(begun).toEqual(['a', 'b', 'c']);
    all[0]?.end(new Error('no'));
    await expect(results[0]).rejects.toThrow('no');
    await pass(0);
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    all[2]?.end();
    all[3]?.end();
    expect(await Promise.all(results.slice(1))).toEqual(['b', 'c', 'd']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not wait for ever for one that hangs', async () => {
    const one = turns(1);
    const begun: string[] = [];
    const [hung, next, last] = ['hung', 'next', 'last'].map((name) => work(begun, name));
    const results = [hung, next, last].map(async (each) => each && one.run(each.run));
    await pass(99);
    expect(begun).toEqual(['hung']);
    await pass(1);
    expect(begun).toEqual(['hung', 'next']);
    hung?.end(); // its place is another's by now
    await pass(0);
    expect(begun).toEqual(['hung', 'next']);
    next?.end();
    await pass(0);
    last?.end();
    expect(await Promise.all(results)).toEqual(['hung', 'next', 'last']);
  });
});
