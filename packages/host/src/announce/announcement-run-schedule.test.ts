import { DEFAULT_ANNOUNCE_PACING } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { SLOW, testRun } from '../../test/test-run.js';

const NEVER = Number.POSITIVE_INFINITY;

describe('AnnouncementRun, which keeps the schedule of frames', () => {
  it.each([
    ['before it is fired', (): void => {}, NEVER],
    ['once it was cancelled before', ({ run }: ReturnType<typeof testRun>) => run.cancel(), NEVER],
    ['while frames wait for the end of the turn', ({ run }: ReturnType<typeof testRun>) => run.fire(), 0],
    [
      'once it was cancelled while frames wait',
      ({ run }: ReturnType<typeof testRun>) => {
        run.fire();
        run.cancel();
      },
      NEVER,
    ],
  ])('says when its next are due %s', (_, go, quietMs) => {
    const test = testRun(['a']);
    go(test);
    expect(test.schedule.quietMs).toBe(quietMs);
  });

  it.each([
    ['with nothing to send', [], {}],
    ['of 0 rounds', ['a'], { rounds: 0 }],
  ])('expects none of a run %s', (_, nics, timing) => {
    const { run, schedule } = testRun(nics, timing);
    run.fire();
    expect(schedule.quietMs).toBe(NEVER);
    run.complete();
    expect(schedule.quietMs).toBe(NEVER);
  });

  it.each([
    ['all of the first at once', true],
    ['the others of the first at the end of the turn', false],
  ])('tells the time to the next round in between, %s', async (_, isAlone) => {
    const { run, clock, schedule } = testRun(['a'], { rounds: 3 });
    run.fire(isAlone);
    await clock.advance(0);
    expect(schedule.quietMs).toBe(50);
    await clock.advance(20);
    clock.step(3_600_000);
    expect(schedule.quietMs).toBe(30);
    await clock.advance(30);
    expect(schedule.quietMs).toBe(150);
    await clock.advance(150);
    expect(schedule.quietMs).toBe(NEVER); // more may come, and is not due
    run.complete();
    expect(schedule.quietMs).toBe(NEVER);
  });

  it('expects what is added at once, and then the next round again', async () => {
    const { run, clock, schedule, batch } = testRun(['a'], { rounds: 2 });
    run.fire();
    await clock.advance(10);
    run.add(batch('b'));
    expect(schedule.quietMs).toBe(0);
    await clock.advance(0);
    expect(schedule.quietMs).toBe(40);
    await clock.advance(100);
    expect(schedule.quietMs).toBe(NEVER);
    run.add(batch('c'));
    expect(schedule.quietMs).toBe(0);
    await clock.advance(0);
    expect(schedule.quietMs).toBe(NEVER);
  });

  it('expects frames as long as any wait for the pace, also past the time of the next round', async () => {
    const { run, clock, schedule } = testRun(['a', 'b'], { rounds: 2, initialMs: 15 }, SLOW);
    run.fire();
    run.complete();
    for (const [passedMs, quietMs] of [
      [5, 0],
      [15, 0], // 20: round 2 is due, and round 1 not yet out
      [10, 0], // 30: round 1 is out, round 2 begins
      [39, 0],
      [1, NEVER], // 70: all is out
    ] as const) {
      await clock.advance(passedMs);
      expect(schedule.quietMs).toBe(quietMs);
    }
  });

  it.each([
    ['within a round', SLOW, 5],
    ['between rounds', DEFAULT_ANNOUNCE_PACING, 20],
  ])('expects none once it is cancelled %s', async (_, pacing, afterMs) => {
    const { run, clock, schedule } = testRun(['a'], {}, pacing);
    run.fire();
    await clock.advance(afterMs);
    expect(schedule.quietMs).toBeLessThan(NEVER);
    run.cancel();
    expect(schedule.quietMs).toBe(NEVER);
  });
});
