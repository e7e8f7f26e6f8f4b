import type { FrameGrant, Taken } from '@nic-herald/core';
import type { FrameRate } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulated-clock.js';
import { FrameLane } from './frame-lane.js';

/** Whether so many frames leave at once. */
const leaves = (lane: FrameLane, count: number): boolean => {
  const may = lane.holds(count);
  if (may) lane.spend(count);
  return may;
};

const GRANT = 8;
const BY_AGENT: Taken = { firedBy: 'agent' };

/** A kernel that is lent to in grants of 8, and what it sent of an armed announcement. */
const testKernel = () => {
  let held = 0;
  const grant: FrameGrant = {
    lend: (frames) => {
      const taken = Math.floor(frames / GRANT) * GRANT;
      held += taken;
      return taken;
    },
    reclaim: () => {
      const back = held;
      held = 0;
      return back;
    },
  };
  /** Fires one of so many frames, so many of which need no grant. */
  const fire = (count: number, ungranted: number): Extract<Taken, { readonly firedBy: 'kernel' }> => {
    let [sent, drawn] = [0, 0];
    for (; sent < count; sent += 1) {
      if (sent < ungranted + drawn) continue;
      if (held === 0) break;
      held -= GRANT;
      drawn += GRANT;
    }
    return { firedBy: 'kernel', sent, drawn, firedAt: 0, lastAt: 0, isLost: false };
  };
  return { grant, fire, held: () => held };
};

const testPacer = (pacing: FrameRate) => {
  const clock = new FakeClock(0);
  const pacer = new FrameLane(pacing, clock);
  const sent: string[] = [];
  const submit = (count: number, urgency: 0 | 1 | 2 | 3 = 1) =>
    pacer.submit({
      ...{ owner: {}, urgency, count },
      send: (first, portion, waitedMs) => {
        sent.push(`${first}-${first + portion - 1} at ${clock.now()}${waitedMs > 0 ? ' late' : ''}`);
      },
    });
  return { clock, pacer, sent, submit, ...testKernel() };
};

describe('FrameLane, while something is armed', () => {
  it('lends all that it has, and has it back when nothing is any more', async () => {
    const { clock, pacer, grant, held } = testPacer({ framesPerSecond: 1000, burst: 20 });
    const settle = pacer.armed(grant, 1);
    expect(held()).toBe(16);
    expect(clock.pending).toBe(0); // it is full: nothing more is to be lent
    settle(BY_AGENT);
    await clock.advance(10);
    expect([held(), leaves(pacer, 20), clock.pending]).toEqual([0, true, 0]);
  });

  it('takes back what it needs, at once, and lends it again as the time brings it', async () => {
    const { clock, pacer, grant, held, sent, submit } = testPacer({ framesPerSecond: 1000, burst: 20 });
    pacer.armed(grant, 1);
    submit(15);
    await clock.advance(0);
    expect([sent, held()]).toEqual([['0-3 at 0', '4-14 at 0'], 0]);
    await clock.advance(5);
    expect(held()).toBe(8);
    await clock.advance(50);
    expect([held(), clock.pending]).toEqual([16, 0]);
    expect(leaves(pacer, 20)).toBe(true);
  });

  it('lends nothing for which anybody waits', async () => {
    const { clock, pacer, grant, held, sent, submit } = testPacer({ framesPerSecond: 1000, burst: 20 });
    pacer.armed(grant, 1);
    submit(60);
    await clock.advance(39);
    expect([held(), sent.at(-1)]).toEqual([0, '58-58 at 39 late']);
    await clock.advance(30);
    expect(held()).toBe(16);
  });

  it('has what left there paid: the primaries, and no more of the grants than was used', async () => {
    const { clock, pacer, grant, fire, sent, submit } = testPacer({ framesPerSecond: 1000, burst: 20 });
    const settles = [1, 2, 3].map(() => pacer.armed(grant, 2));
    settles[0]?.(fire(5, 2)); // 2 and 3 of a grant
    settles[1]?.(fire(10, 2)); // 2 and 8 of a grant
    settles[2]?.(fire(10, 2)); // 2, for want of a third one
    submit(4);
    await clock.advance(0);
    expect(sent).toEqual(['0-2 at 0']); // 20 but for 17
    await clock.advance(1);
    expect(sent.at(-1)).toBe('3-3 at 1 late');
  });

  it('waits until what left beyond its burst is made up for', async () => {
    const { clock, pacer, grant, fire, sent, submit } = testPacer({ framesPerSecond: 1000, burst: 8 });
    const settles = Array.from({ length: 10 }, () => pacer.armed(grant, 1));
    await clock.advance(1000); // in which nothing could come in: it was full, with what is lent
    for (const settle of settles) settle(fire(2, 1)); // 10 primaries, and one of a grant
    submit(1, 0);
    await clock.advance(20);
    expect(sent).toEqual(['0-0 at 1004 late']);
  });

  it('goes on at another pace with what is lent', async () => {
    const { clock, pacer, grant, held } = testPacer({ framesPerSecond: 1000, burst: 20 });
    pacer.armed(grant, 1);
    pacer.changePace({ framesPerSecond: 1000, burst: 8 });
    expect(held()).toBe(0);
    await clock.advance(5);
    expect(held()).toBe(8);
    pacer.changePace({ framesPerSecond: 1000, burst: 40 });
    await clock.advance(50);
    expect([held(), pacer.most]).toEqual([40, 40]);
  });

  it('lets no more frames leave without a grant than a second makes up for', () => {
    const { pacer, grant } = testPacer({ framesPerSecond: 10, burst: 64 });
    const asked = [6, 6, 6].map((primaries) => {
      const ungranted = pacer.ungranted(primaries);
      pacer.armed(grant, ungranted);
      return ungranted;
    });
    expect(asked).toEqual([6, 4, 0]);
  });

  it('keeps the bound of every length of time, whatever is armed, set off, told of, and submitted', () => {
    const pacings = fc.record({
      framesPerSecond: fc.integer({ min: 20, max: 5000 }),
      burst: fc.integer({ min: 1, max: 100 }),
    });
    const deeds = fc.array(
      fc.record({
        pauseMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 400, noNaN: true })),
        count: fc.integer({ min: 1, max: 80 }),
        primaries: fc.integer({ min: 0, max: 2 }),
        urgency: fc.constantFrom<(0 | 1 | 2 | 3)[]>(0, 1, 2, 3),
        /** Of what is armed: when it is set off, and when that is told, ms later; absent: it is submitted here. */
        armed: fc.option(
          fc.record({
            isFired: fc.boolean(),
            afterMs: fc.integer({ min: 0, max: 300 }),
            toldMs: fc.integer({ min: 0, max: 50 }),
          }),
          { nil: undefined, freq: 3 },
        ),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(pacings, deeds, (pacing, list) => {
        const clock = new SimulatedClock();
        const pacer = new FrameLane(pacing, clock);
        const { grant, fire, held } = testKernel();
        const left: { readonly at: number; readonly count: number; readonly free: number }[] = [];
        let [here, at] = [0, 0];
        for (const { pauseMs, count, primaries, urgency, armed } of list) {
          at += pauseMs;
          clock.passUntil(at);
          if (armed === undefined) {
            here += count;
            const send = (_: number, portion: number): void => {
              here -= portion;
              left.push({ at: clock.now(), count: portion, free: 0 });
            };
            pacer.submit({ owner: {}, urgency, count, send });
            continue;
          }
          const ungranted = pacer.ungranted(Math.min(primaries, count));
          const settle = pacer.armed(grant, ungranted);
          clock.setTimer(armed.afterMs, () => {
            const taken = armed.isFired ? fire(count, ungranted) : BY_AGENT;
            if (taken.firedBy === 'kernel') {
              left.push({ at: clock.now(), count: taken.sent, free: Math.min(ungranted, taken.sent) });
            }
            clock.setTimer(armed.toldMs, () => settle(taken));
          });
        }
        clock.passUntil(Number.POSITIVE_INFINITY);
        expect([here, held()]).toEqual([0, 0]); // nothing is lost, and all is back
        const { framesPerSecond, burst } = pacing;
        for (const [index, { at: from }] of left.entries()) {
          let [sum, without] = [0, 0];
          for (const { at: then, count, free } of left.slice(index)) {
            sum += count;
            without += free;
            const may = burst + ((then - from) * framesPerSecond) / 1000 + without;
            if (sum > may + 1e-6) throw new Error(`${sum} frames in ${then - from} ms, and ${may} may`);
          }
        }
      }),
    );
  });
});
