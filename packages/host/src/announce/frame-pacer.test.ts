import { FakeClock } from '@nic-herald/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulated-clock.js';
import { FramePacer } from './frame-pacer.js';
import type { Urgency } from './paced-frames.js';
import type { SwitchPart } from './switch-part.js';

const PACING = { framesPerSecond: 1000, burst: 10, arp: { framesPerSecond: 100, burst: 4 } };

/** `a h1 0-9 at 5`, and `+5` where they waited 5 ms for want of tokens: whose, for which part, how urgent, which, when. */
const testPacer = (pacing: ConstructorParameters<typeof FramePacer>[0] = PACING) => {
  const clock = new FakeClock(0);
  const pacer = new FramePacer(pacing, clock);
  const sent: string[] = [];
  const owners = new Map<string, object>();
  const submit = (name: string, part: SwitchPart, urgency: Urgency, count: number) => {
    const owner = owners.get(name) ?? {};
    owners.set(name, owner);
    return pacer.submit({
      ...{ owner, part, urgency, count },
      send: (first, portion, waitedMs) => {
        const which = portion === 1 ? first : `${first}-${first + portion - 1}`;
        const waited = waitedMs > 0 ? ` +${waitedMs}` : '';
        sent.push(`${name} ${part[0]}${urgency} ${which} at ${clock.now()}${waited}`);
      },
    });
  };
  return { clock, pacer, sent, submit };
};

describe('FramePacer', () => {
  it('has a pace for each part of a switch', async () => {
    const { clock, sent, submit } = testPacer();
    submit('a', 'hardware', 3, 12);
    submit('a', 'processor', 3, 6);
    await clock.advance(20);
    expect(sent).toEqual([
      'a h3 0-9 at 0',
      'a p3 0-3 at 0',
      'a h3 10 at 1 +1',
      'a h3 11 at 2 +2',
      'a p3 4 at 10 +10',
      'a p3 5 at 20 +20',
    ]);
    expect(clock.pending).toBe(0);
  });

  it('paces ARP as usual where only the other pace is stated', async () => {
    const { clock, sent, submit } = testPacer({ framesPerSecond: 1000, burst: 10 });
    submit('a', 'processor', 3, 65);
    await clock.advance(4);
    expect(sent).toEqual(['a p3 0-63 at 0', expect.stringMatching(/^a p3 64 at 3\.3/)]); // 300 a second
  });

  it('lets no second frame go before first ones of anybody, who come in the same turn or wait for tokens', async () => {
    const { clock, sent, submit } = testPacer();
    submit('a', 'hardware', 0, 1);
    submit('a', 'processor', 2, 1);
    submit('b', 'hardware', 0, 1);
    submit('b', 'hardware', 1, 9);
    submit('b', 'processor', 2, 1);
    await clock.advance(0);
    expect(sent).toEqual(['a h0 0 at 0', 'b h0 0 at 0', 'b h1 0-7 at 0']);
    await clock.advance(1);
    expect(sent.slice(3)).toEqual(['b h1 8 at 1 +1', 'a p2 0 at 1 +1', 'b p2 0 at 1 +1']);
    expect(clock.pending).toBe(0);
  });

  it('lets first frames go that a processor takes in, whatever waits elsewhere', async () => {
    const { clock, sent, submit } = testPacer();
    submit('a', 'hardware', 1, 20);
    submit('b', 'processor', 0, 1);
    submit('b', 'processor', 1, 1);
    submit('b', 'processor', 2, 1);
    await clock.advance(0);
    expect(sent).toEqual(['b p0 0 at 0', 'a h1 0-9 at 0', 'b p1 0 at 0']);
    await clock.advance(10);
    expect(sent.at(-1)).toBe('b p2 0 at 10 +10');
  });

  it('goes on with what waited for first frames that are taken back', async () => {
    const { clock, sent, submit } = testPacer();
    const takeBack = submit('a', 'hardware', 1, 20);
    submit('a', 'processor', 2, 1);
    const none = submit('b', 'processor', 2, 1);
    await clock.advance(1);
    takeBack();
    none();
    expect(sent).toEqual(['a h1 0-9 at 0', 'a h1 10 at 1 +1']);
    await clock.advance(0);
    expect(sent.slice(2)).toEqual(['a p2 0 at 1 +1']);
    expect(clock.pending).toBe(0);
  });

  it('hands over at once what is told to, first frames first', () => {
    const { clock, pacer, sent, submit } = testPacer();
    submit('a', 'processor', 2, 1);
    submit('a', 'hardware', 1, 1);
    pacer.hasten();
    expect(sent).toEqual(['a h1 0 at 0', 'a p2 0 at 0']);
    submit('b', 'processor', 3, 1);
    pacer.hasten();
    expect([sent.at(-1), clock.pending]).toEqual(['b p3 0 at 0', 0]);
  });

  it('grants frames of both parts together, or none', async () => {
    const { clock, pacer, submit } = testPacer();
    expect(pacer.grant({ hardware: 10, processor: 5 })).toBe(false);
    expect(pacer.grant({ hardware: 11, processor: 0 })).toBe(false);
    expect(pacer.grant({ hardware: 10, processor: 4 })).toBe(true);
    expect(pacer.grant({ hardware: 0, processor: 1 })).toBe(false);
    await clock.advance(10);
    submit('a', 'processor', 3, 2);
    expect([pacer.grant({ hardware: 1, processor: 0 }), pacer.backlog, pacer.owesFirsts]).toEqual([
      false,
      2,
      false,
    ]);
  });

  it('goes on at another pace in both', async () => {
    const { clock, pacer, sent, submit } = testPacer();
    submit('a', 'processor', 3, 6);
    await clock.advance(0);
    pacer.changePace({ ...PACING, arp: { framesPerSecond: 1000, burst: 1 } });
    await clock.advance(2);
    expect(sent).toEqual(['a p3 0-3 at 0', 'a p3 4 at 1 +1', 'a p3 5 at 2 +2']);
    expect([pacer.mostAtOnce('hardware'), pacer.mostAtOnce('processor')]).toEqual([10, 1]);
  });

  it('keeps both bounds of every second, first frames before second ones, and every frame, whatever is submitted', () => {
    const rates = fc.record({
      framesPerSecond: fc.integer({ min: 20, max: 5000 }),
      burst: fc.integer({ min: 1, max: 80 }),
    });
    const submissions = fc.array(
      fc.record({
        pauseMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 400, noNaN: true })),
        owner: fc.integer({ min: 0, max: 4 }),
        urgency: fc.constantFrom<Urgency[]>(0, 1, 2, 3),
        part: fc.constantFrom<SwitchPart[]>('hardware', 'processor'),
        count: fc.integer({ min: 1, max: 100 }),
        keptMs: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined, freq: 4 }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(rates, rates, submissions, (hardware, processor, list) => {
        const clock = new SimulatedClock();
        const pacer = new FramePacer({ ...hardware, arp: processor }, clock);
        const bounds = { hardware, processor };
        const owners = Array.from({ length: 5 }, () => ({}));
        const left: Record<SwitchPart, { readonly at: number; readonly count: number }[]> = {
          hardware: [],
          processor: [],
        };
        const faults: string[] = [];
        const jobs = list.map((each) => ({ ...each, isIn: false, isBack: false, next: 0 }));
        let at = 0;
        for (const job of jobs) {
          const { part, urgency, count: all, keptMs } = job;
          at += job.pauseMs;
          clock.passUntil(at);
          job.isIn = true;
          const takeBack = pacer.submit({
            ...{ owner: owners[job.owner] ?? {}, urgency, part, count: all },
            send: (first, count) => {
              const goesBefore = (each: typeof job): boolean =>
                each.urgency < urgency &&
                (each.part === part || (part === 'processor' && each.urgency < 2 && urgency >= 2));
              const isOwed = ({ isIn, isBack, next, count: of }: typeof job): boolean =>
                isIn && !isBack && next < of;
              if (jobs.some((each) => goesBefore(each) && isOwed(each)))
                faults.push('more urgent frames wait');
              if (first !== job.next || job.isBack) faults.push('out of order, or taken back');
              job.next += count;
              left[part].push({ at: clock.now(), count });
            },
          });
          if (keptMs !== undefined) {
            clock.setTimer(keptMs, () => {
              job.isBack = true;
              takeBack();
            });
          }
        }
        clock.passUntil(Number.POSITIVE_INFINITY);
        if (jobs.some(({ isBack, next, count }) => !isBack && next < count)) faults.push('frames were lost');
        for (const part of ['hardware', 'processor'] as const) {
          const { framesPerSecond, burst } = bounds[part];
          for (const [index, { at: from }] of left[part].entries()) {
            const inSecond = left[part].slice(index).filter(({ at: then }) => then - from < 1000);
            const sum = inSecond.reduce((frames, { count }) => frames + count, 0);
            if (sum > framesPerSecond + burst) faults.push(`${sum} for the ${part} in a second`);
          }
        }
        expect(faults).toEqual([]);
      }),
    );
  });
});
