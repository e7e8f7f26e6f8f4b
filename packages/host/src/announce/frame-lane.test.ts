import type { Clock } from '@nic-herald/core';
import type { FrameRate } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulated-clock.js';
import { FrameLane } from './frame-lane.js';
import type { PacedFrames, Urgency } from './paced-frames.js';

/** Whether so many frames leave at once. */
const leaves = (lane: FrameLane, count: number): boolean => {
  const may = lane.holds(count);
  if (may) lane.spend(count);
  return may;
};

/** `a0 0-9 at 5`, and `+5` where they waited 5 ms for want of tokens: who, how urgent, which frames, when. */
const testPacer = (pacing: Partial<FrameRate> = {}, given?: Clock) => {
  const fake = new FakeClock(0);
  const clock = given ?? fake;
  const pacer = new FrameLane({ framesPerSecond: 1000, burst: 10, ...pacing }, clock);
  const sent: string[] = [];
  const owners = new Map<string, object>();
  const frames = (name: string, urgency: Urgency, count: number, sending = () => {}): PacedFrames => {
    if (!owners.has(name)) owners.set(name, {});
    return {
      owner: owners.get(name) ?? {},
      urgency,
      count,
      send: (first, portion, waitedMs) => {
        const which = portion === 1 ? first : `${first}-${first + portion - 1}`;
        sent.push(`${name}${urgency} ${which} at ${fake.now()}${waitedMs > 0 ? ` +${waitedMs}` : ''}`);
        sending();
      },
    };
  };
  const submit = (...given_: Parameters<typeof frames>) => pacer.submit(frames(...given_));
  return { clock: fake, pacer, sent, submit };
};

describe('FrameLane', () => {
  it('hands over the primaries at once, the others when those of the whole turn are out', async () => {
    const { clock, sent, submit } = testPacer();
    submit('a', 0, 1);
    submit('a', 1, 2);
    submit('a', 2, 1);
    submit('b', 0, 2);
    expect(sent).toEqual(['a0 0 at 0', 'b0 0-1 at 0']);
    submit('b', 1, 1);
    await clock.advance(0);
    expect(sent.slice(2)).toEqual(['a1 0-1 at 0', 'b1 0 at 0', 'a2 0 at 0']);
    expect(clock.pending).toBe(0);
  });

  it('goes on at another pace, with what waits as well', async () => {
    const { clock, pacer, sent, submit } = testPacer();
    submit('a', 0, 15); // 10 leave, 5 wait for 1 ms each
    await clock.advance(2);
    expect(sent.slice(1)).toEqual(['a0 10 at 1 +1', 'a0 11 at 2 +2']);
    pacer.changePace({ framesPerSecond: 100, burst: 2 });
    await clock.advance(10);
    expect(sent.slice(3)).toEqual(['a0 12 at 12 +12']);
    pacer.changePace({ framesPerSecond: 10_000, burst: 100 });
    await clock.advance(1);
    expect(sent.at(-1)).toBe('a0 13-14 at 13 +13');
    expect(clock.pending).toBe(0);
  });

  it('grants frames that leave now only where there is room and nobody waits', async () => {
    const { clock, pacer, submit } = testPacer();
    expect(leaves(pacer, 11)).toBe(false);
    expect(leaves(pacer, 10)).toBe(true);
    expect(leaves(pacer, 1)).toBe(false);
    await clock.advance(5);
    submit('a', 3, 1);
    expect(leaves(pacer, 1)).toBe(false);
    await clock.advance(0);
    expect([leaves(pacer, 5), leaves(pacer, 4)]).toEqual([false, true]);
  });

  it('tells how many frames wait', async () => {
    const { clock, pacer, submit } = testPacer();
    submit('a', 0, 14);
    const takeBack = submit('b', 3, 5);
    expect(pacer.backlog).toBe(9);
    await clock.advance(4);
    expect(pacer.backlog).toBe(5);
    takeBack();
    expect(pacer.backlog).toBe(0);
  });

  it('hands over at once what it is told to, and nothing beyond what it may', async () => {
    const { clock, pacer, sent, submit } = testPacer();
    submit('a', 0, 1);
    submit('a', 2, 1);
    submit('a', 1, 20);
    pacer.hasten();
    expect(sent).toEqual(['a0 0 at 0', 'a1 0-8 at 0']);
    pacer.hasten();
    expect(sent).toHaveLength(2);
    await clock.advance(11);
    expect(sent.at(-1)).toBe('a1 19 at 11 +11');
    await clock.advance(1);
    expect(sent.at(-1)).toBe('a2 0 at 12 +12');
    expect(clock.pending).toBe(0);
    pacer.hasten();
    expect(clock.pending).toBe(0);
  });

  it('hands over the most urgent first, in whatever order they came', async () => {
    const { clock, sent, submit } = testPacer({ burst: 1 });
    submit('z', 0, 1);
    for (const urgency of [3, 2, 1, 0] as const) submit('a', urgency, 1);
    await clock.advance(3);
    submit('b', 0, 1);
    await clock.advance(3);
    expect(sent).toEqual([
      'z0 0 at 0',
      'a0 0 at 1 +1',
      'a1 0 at 2 +2',
      'a2 0 at 3 +3',
      'b0 0 at 4 +1',
      'a3 0 at 5 +5',
    ]);
  });

  it('never hands over more than a burst, and then what the time brings', async () => {
    const { clock, sent, submit } = testPacer({ framesPerSecond: 2000 });
    submit('a', 1, 15);
    await clock.advance(3);
    expect(sent).toEqual(['a1 0-9 at 0', 'a1 10-11 at 1 +1', 'a1 12-13 at 2 +2', 'a1 14 at 3 +3']);
    await clock.advance(60_000);
    submit('a', 1, 11); // and no more than a burst after a long pause
    await clock.advance(1);
    expect(sent.slice(4)).toEqual(['a1 0-9 at 60003', 'a1 10 at 60004 +1']);
  });

  it('gives equally urgent owners equal shares, and what one leaves to the others', async () => {
    const { clock, sent, submit } = testPacer();
    submit('a', 3, 100);
    submit('b', 3, 1);
    submit('c', 3, 5);
    submit('c', 3, 100);
    await clock.advance(0);
    expect(sent).toEqual(['a3 0-2 at 0', 'b3 0 at 0', 'c3 0-2 at 0', 'a3 3-5 at 0']);
    sent.length = 0;
    await clock.advance(4);
    expect(sent.map((each) => each.slice(0, 2))).toEqual(['c3', 'a3', 'c3', 'a3']);
  });

  it('gives each one frame in turn where there are more owners than frames', async () => {
    const { clock, sent, submit } = testPacer({ burst: 2 });
    for (const name of ['a', 'b', 'c']) submit(name, 3, 2);
    await clock.advance(10);
    expect(sent.map((each) => each.split(' at ')[0])).toEqual([
      'a3 0',
      'b3 0',
      'c3 0',
      'a3 1',
      'b3 1',
      'c3 1',
    ]);
  });

  it.each<[string, FrameRate, number, string[]]>([
    [
      'one a second',
      { framesPerSecond: 1, burst: 1 },
      2000,
      ['a1 0 at 0', 'a1 1 at 1000 +1000', 'a1 2 at 2000 +2000'],
    ],
    [
      'three a second',
      { framesPerSecond: 3, burst: 2 },
      334,
      ['a1 0-1 at 0', expect.stringMatching(/^a1 2 at 33[34]/)],
    ],
    [
      'more than one a millisecond, one by one: Node has no shorter timers',
      { framesPerSecond: 10_000_000, burst: 1 },
      2,
      ['a1 0 at 0', 'a1 1 at 1 +1', 'a1 2 at 2 +2'],
    ],
  ])('keeps a pace of %s', async (_, pacing, ms, wanted) => {
    const { clock, sent, submit } = testPacer(pacing);
    submit('a', 1, 3);
    await clock.advance(ms);
    expect(sent).toEqual(wanted);
  });

  it('says that frames waited only where there were no tokens, also of those that came meanwhile', async () => {
    const { clock, sent, submit } = testPacer({ burst: 2 });
    submit('a', 1, 3);
    await clock.advance(0.25);
    submit('b', 2, 1);
    await clock.advance(3);
    submit('c', 0, 2); // there is one again
    submit('c', 1, 1);
    await clock.advance(3);
    submit('d', 2, 1);
    await clock.advance(0); // it does not wait but for the end of the turn
    submit('e', 0, 1);
    submit('e', 1, 1);
    await clock.advance(10);
    expect(sent).toEqual([
      'a1 0-1 at 0',
      'a1 2 at 1 +1',
      'b2 0 at 2 +1.75',
      'c0 0 at 3.25',
      'c0 1 at 4.25 +1',
      'c1 0 at 5.25 +2',
      'd2 0 at 6.25',
      'e0 0 at 7.25 +1',
      'e1 0 at 8.25 +2',
    ]);
  });

  it('takes back what has not left', async () => {
    const { clock, sent, submit } = testPacer({ burst: 2 });
    const a = submit('a', 1, 4);
    const b = submit('a', 1, 1);
    const c = submit('c', 1, 1);
    await clock.advance(1);
    a();
    a();
    c();
    expect(clock.pending).toBe(1);
    b();
    expect(clock.pending).toBe(0);
    await clock.advance(100);
    expect(sent).toEqual(['a1 0 at 0', 'c1 0 at 0', 'a1 1 at 1 +1']);
    submit('d', 1, 1);
    await clock.advance(0);
    expect(sent.at(-1)).toBe('d1 0 at 101');
  });

  it('takes what is submitted while frames leave', async () => {
    const { clock, sent, submit } = testPacer({ burst: 4 });
    submit('a', 1, 1, () => {
      submit('b', 0, 1);
      submit('b', 1, 2);
    });
    submit('c', 2, 1);
    await clock.advance(10);
    expect(sent).toEqual(['a1 0 at 0', 'b0 0 at 0', 'b1 0-1 at 0', 'c2 0 at 1 +1']);
  });

  it.each([
    ['as fast as', 1, [10, 10, 10, 5], [10, 10, 10, 5]],
    ['half as fast as', 0.5, [10], [10, 5, 2, 1, 1]],
  ])(
    'is not held up by a millisecond where tokens come %s frames leave',
    async (_, spendsMs, atOnce, inTurns) => {
      const fake = new FakeClock(0);
      let spentMs = 0;
      const clock: Clock = {
        now: () => fake.now() + spentMs,
        elapsed: () => fake.elapsed() + spentMs,
        setTimer: (ms, run) => fake.setTimer(ms, run),
      };
      const pacer = new FrameLane({ framesPerSecond: 10_000, burst: 10 }, clock);
      const sizes: number[] = [];
      const send = (_: number, count: number): void => {
        sizes.push(count);
        spentMs += (count / 10) * spendsMs; // what it takes to hand them over
      };
      pacer.submit({ owner: {}, urgency: 0, count: 35, send });
      expect(sizes).toEqual(atOnce);
      await fake.advance(0);
      expect(sizes).toEqual(inTurns);
    },
  );

  it.each([-1_000_000, 1_000_000])(
    'goes on as before where the wall clock is set by %d ms',
    async (stepMs) => {
      const clock = new FakeClock(0);
      const pacer = new FrameLane({ framesPerSecond: 1000, burst: 2 }, clock);
      const sent: string[] = [];
      const send = (first: number, count: number, waitedMs: number): void => {
        sent.push(`${first} ${count} at ${clock.elapsed()} +${waitedMs}`);
      };
      pacer.submit({ owner: {}, urgency: 0, count: 4, send });
      clock.step(stepMs);
      await clock.advance(2);
      expect(sent).toEqual(['0 2 at 0 +0', '2 1 at 1 +1', '3 1 at 2 +2']);
      clock.step(-stepMs);
      await clock.advance(1);
      pacer.submit({ owner: {}, urgency: 0, count: 2, send });
      expect(sent.slice(3)).toEqual(['0 1 at 3 +0']);
    },
  );
});

describe('FrameLane, whatever is submitted', () => {
  const pacings = fc.record({
    framesPerSecond: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 51, max: 5000 })),
    burst: fc.integer({ min: 1, max: 100 }),
  });
  const submissions = fc.array(
    fc.record({
      pauseMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 400, noNaN: true })),
      owner: fc.integer({ min: 0, max: 4 }),
      urgency: fc.constantFrom<Urgency[]>(0, 1, 2, 3),
      count: fc.integer({ min: 1, max: 150 }),
      /** How many ms later it is taken back; absent: never. */
      keptMs: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined, freq: 4 }),
    }),
    { minLength: 1, maxLength: 30 },
  );

  it('keeps the bound of every second, the order of urgencies, and every frame', () => {
    fc.assert(
      fc.property(pacings, submissions, (pacing, list) => {
        const clock = new SimulatedClock();
        const pacer = new FrameLane(pacing, clock);
        const owners = Array.from({ length: 5 }, () => ({}));
        const left: { readonly at: number; readonly count: number }[] = [];
        const faults: string[] = [];
        const jobs = list.map((each) => ({ ...each, isIn: false, isBack: false, next: 0 }));
        let at = 0;
        for (const job of jobs) {
          at += job.pauseMs;
          clock.passUntil(at);
          job.isIn = true;
          const takeBack = pacer.submit({
            owner: owners[job.owner] ?? {},
            urgency: job.urgency,
            count: job.count,
            send: (first, count, waitedMs) => {
              const isMoreUrgent = ({ urgency, isIn, isBack, next, count: all }: typeof job): boolean =>
                urgency < job.urgency && isIn && !isBack && next < all;
              if (first !== job.next || job.isBack) faults.push('out of order, or taken back');
              if (count < 1 || count > pacing.burst) faults.push(`${count} in one call`);
              if (waitedMs < 0) faults.push(`waited ${waitedMs} ms`);
              if (jobs.some(isMoreUrgent)) faults.push('more urgent frames wait');
              job.next += count;
              left.push({ at: clock.now(), count });
            },
          });
          if (job.keptMs === undefined) continue;
          clock.setTimer(job.keptMs, () => {
            job.isBack = true;
            takeBack();
          });
        }
        clock.passUntil(Number.POSITIVE_INFINITY);
        for (const { isBack, next, count } of jobs)
          if (!isBack && next < count) faults.push('frames were lost');
        let inWindow = 0;
        let from = 0;
        for (const { at: then, count } of left) {
          inWindow += count;
          for (; then - (left[from]?.at ?? then) >= 1000; from += 1) inWindow -= left[from]?.count ?? 0;
          if (inWindow > pacing.framesPerSecond + pacing.burst) faults.push(`${inWindow} in a second`);
        }
        expect(faults).toEqual([]);
      }),
    );
  });
});
