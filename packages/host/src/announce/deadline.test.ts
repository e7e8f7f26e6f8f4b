import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { never } from '../../test/fake-guest.js';
import { withDeadline } from './deadline.js';

describe('withDeadline', () => {
  it('gives up after the limit, and tells the work', async () => {
    const clock = new FakeClock();
    let given: AbortSignal | undefined;
    const work = withDeadline(clock, 100, 'the test', (signal) => {
      given = signal;
      return never();
    });
    const outcome = expect(work).rejects.toMatchObject({
      code: 'HERALD_TIMEOUT',
      message: 'the test took longer than 100 ms and was given up',
    });
    await clock.advance(99);
    expect(given?.aborted).toBe(false);
    await clock.advance(1);
    await outcome;
    expect(given?.aborted).toBe(true);
  });

  it.each([
    ['meanwhile', false],
    ['before it began', true],
  ])('is cancelled from outside %s', async (_, before) => {
    const clock = new FakeClock();
    const outer = new AbortController();
    if (before) outer.abort();
    const work = withDeadline(clock, 100, 'the test', never, outer.signal);
    const outcome = expect(work).rejects.toMatchObject({
      code: 'HERALD_CANCELLED',
      message: 'the test was cancelled',
    });
    outer.abort();
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'throws at once',
      () => {
        throw new Error('no');
      },
    ],
  ])('passes on what %s, and leaves no timer', async (_, work: () => Promise<never>) => {
    const clock = new FakeClock();
    await expect(withDeadline(clock, 100, 'the test', work)).rejects.toThrow('no');
    expect(clock.pending).toBe(0);
  });

  it('gives the result, and leaves no timer', async () => {
    const clock = new FakeClock();
    await expect(withDeadline(clock, 100, 'the test', async () => 7)).resolves.toBe(7);
    expect(clock.pending).toBe(0);
  });

  it('hears nothing of a work that fails after it was given up', async () => {
    const clock = new FakeClock();
    let fail = (_: Error): void => {};
    const work = withDeadline(
      clock,
      1,
      'the test',
      () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    );
    const outcome = expect(work).rejects.toMatchObject({ code: 'HERALD_TIMEOUT' });
    await clock.advance(1);
    fail(new Error('too late'));
    await clock.settle();
    await outcome;
  });
});
