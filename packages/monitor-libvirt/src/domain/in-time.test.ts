import { expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { inTime } from './in-time.js';

type Happens = (clock: TestClock, aborter: AbortController) => void;
const never = new Promise<never>(() => undefined);
const nothing = (): void => undefined;

it.each<[string, Promise<number>, Happens, number | undefined]>([
  ['what takes too long', never, (clock) => clock.advance(10), undefined],
  ['what is given up', never, (_, aborter) => aborter.abort(), undefined],
  ['what comes', Promise.resolve(7), nothing, 7],
  ['what came too late', Promise.resolve(7), (clock) => clock.advance(10), undefined],
])('inTime: %s', async (_, work, happens, expected) => {
  const clock = new TestClock();
  const aborter = new AbortController();
  const came = inTime(clock, 10, work, aborter.signal);
  happens(clock, aborter);
  expect(await came).toBe(expected);
  expect(clock.timers).toEqual([]);
});

it('inTime: what fails, and what was given up before', async () => {
  const clock = new TestClock();
  expect(await inTime(clock, 10, Promise.reject(new Error('x')))).toBeUndefined();
  expect(await inTime(clock, 10, Promise.resolve(7), AbortSignal.abort())).toBeUndefined();
  expect(clock.timers).toEqual([]);
});
