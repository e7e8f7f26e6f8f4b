import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FrameSchedule } from './frame-schedule.js';

const NEVER = Number.POSITIVE_INFINITY;
const [a, b] = [{}, {}];

describe('FrameSchedule', () => {
  it.each<[string, (schedule: FrameSchedule) => void, number]>([
    ['nobody expects any', () => {}, NEVER],
    ['whoever expected some is done', (schedule) => schedule.done(a), NEVER],
    ['some are overdue', (schedule) => schedule.expect(a, -5), 0],
    ['some wait', (schedule) => schedule.expect(a, 0), 0],
    ['some are due later', (schedule) => schedule.expect(a, 70), 70],
    [
      'several expect some, the last first',
      (schedule) => {
        schedule.expect(a, 70);
        schedule.expect(b, 30);
      },
      30,
    ],
    [
      'it is told anew, later',
      (schedule) => {
        schedule.expect(a, 30);
        schedule.expect(a, 70);
      },
      70,
    ],
    [
      'one of two is done',
      (schedule) => {
        schedule.expect(a, 30);
        schedule.expect(b, 70);
        schedule.done(a);
        schedule.done(a);
      },
      70,
    ],
  ])('tells how long no frame is due where %s', (_, tell, quietMs) => {
    const schedule = new FrameSchedule(new FakeClock());
    tell(schedule);
    expect(schedule.quietMs).toBe(quietMs);
  });

  it('counts the time that passed, whatever the wall clock says', async () => {
    const clock = new FakeClock();
    const schedule = new FrameSchedule(clock);
    schedule.expect(a, 70);
    clock.step(-1_000_000);
    expect(schedule.quietMs).toBe(70);
    await clock.advance(30);
    clock.step(2_000_000);
    expect(schedule.quietMs).toBe(40);
    await clock.advance(100);
    expect(schedule.quietMs).toBe(0); // due until somebody says otherwise
    schedule.done(a);
    expect(schedule.quietMs).toBe(NEVER);
  });
});
