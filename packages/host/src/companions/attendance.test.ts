import type { AccompaniedAnnouncement, Accompaniment } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { Attendance } from './attendance.js';

/** A clock on which work can take its time. */
class WorkClock extends FakeClock {
  worked = 0;

  override elapsed(): number {
    return super.elapsed() + this.worked;
  }
}

describe('Attendance', () => {
  it.each([
    [100, undefined],
    [
      101,
      'the companion slow: `round` held the agent for 101 ms, and at most 100 are allowed; it takes no more part in this announcement',
    ],
  ])('takes part while it holds the agent for %d ms', (ms, fault) => {
    const clock = new WorkClock();
    const work = (): void => {
      clock.worked += ms;
    };
    const attendance = new Attendance({ name: 'slow', accompany: () => ({ round: work }) }, clock, {
      changed: () => {},
      settled: () => {},
    });
    attendance.begin({} as AccompaniedAnnouncement);
    attendance.hear({ is: 'round' });
    expect([attendance.fault?.message, attendance.isOut]).toEqual([fault, fault !== undefined]);
  });

  it('lets go of one that comes along too late', async () => {
    const clock = new FakeClock();
    const heard: string[] = [];
    let come: (accompaniment: Accompaniment) => void = () => {};
    const accompany = () =>
      new Promise<Accompaniment>((resolve) => {
        come = resolve;
      });
    const attendance = new Attendance({ name: 'late', accompany }, clock, {
      changed: () => heard.push('changed'),
      settled: () => heard.push('settled'),
    });
    attendance.begin({} as AccompaniedAnnouncement);
    attendance.hear({ is: 'fired' });
    attendance.close();
    come({ fired: () => heard.push('fired'), close: () => heard.push('close') });
    await clock.settle();
    expect([heard, clock.pending]).toEqual([['settled', 'close'], 0]);
  });
});
