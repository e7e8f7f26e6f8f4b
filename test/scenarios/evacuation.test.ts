import { type LearnedStation, type Station, stationKey, stationOf } from '@nic-herald/core';
import type { SentFrame } from '@nic-herald/testkit';
import { IpAddress, VlanId } from '@nic-herald/wire';
import { beforeAll, describe, expect, test } from 'vitest';
import { switchPartOf } from '../../packages/host/src/announce/switch-part.js';
import { ALL, evacuate, GUESTS, LATE_MS, macOf } from './evacuate.js';
import { mostInASecond } from './most-in-a-second.js';

const ROUNDS = 5;
/** ARP as fast as the rest: what is tested there is how guests share what there is. */
const PACING = { framesPerSecond: 2000, burst: 64, arp: { framesPerSecond: 2000, burst: 64 } };

const VLANS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

/** Two MACs of a guest, each untagged and on two VLANs, of every fifth on ten; the untagged ones have an address. */
const stationsOf = (guest: number): readonly LearnedStation[] =>
  [0, 1].flatMap((number) =>
    [undefined, ...VLANS.slice(0, guest % 5 === 0 ? 10 : 2)].map((vlan) => ({
      station: stationOf(macOf(guest, number), vlan === undefined ? undefined : VlanId.of(vlan)),
      ageMs: 0,
      addresses:
        vlan === undefined
          ? [{ address: IpAddress.of(`192.0.2.${guest * 2 + number}`), proof: 'asserted' as const, ageMs: 0 }]
          : [],
    })),
  );

/** A RARP for each station, and a gratuitous ARP for each address. */
const framesOf = (guest: number): number => stationsOf(guest).length + 2;

const STATIONS = ALL.reduce((sum, guest) => sum + stationsOf(guest).length, 0);
const FRAMES = ALL.reduce((sum, guest) => sum + framesOf(guest), 0);

const isArp = ({ frame }: SentFrame): boolean => switchPartOf(frame.bytes) === 'processor';
const isRarp = (each: SentFrame): boolean => !isArp(each);

const stationIn = ({ frame }: SentFrame): Station =>
  stationOf(frame.source, frame.vlan === 0 ? undefined : VlanId.of(frame.vlan));

describe(`${GUESTS} guests that resume at once, at ${PACING.framesPerSecond} frames per second`, () => {
  let ran: Awaited<ReturnType<typeof evacuate>>;
  beforeAll(async () => {
    ran = await evacuate({ stationsOf, pacing: PACING });
  });

  test('all primaries leave before any other frame, at once', () => {
    const first = ran.sent.slice(0, GUESTS);
    const primaries = ALL.map((guest) => stationKey(stationOf(macOf(guest, 0))));
    expect(first.map((frame) => stationKey(stationIn(frame)))).toEqual(primaries);
    expect(first.map(({ at }) => at)).toEqual(Array(GUESTS).fill(ran.resumedAt));
    // After the last of them nobody else can come: what else the bucket holds leaves at once.
    expect(ran.atOnce).toBe(PACING.burst);
  });

  test('every station of every guest has its first frame before anything has a second', () => {
    const first = ran.sent.slice(0, STATIONS).map((frame) => stationKey(stationIn(frame)));
    expect(new Set(first).size).toBe(STATIONS);
  });

  test('no second has more frames than the pace and one burst, and none are many at once', () => {
    const { framesPerSecond, burst } = PACING;
    for (const part of [isRarp, isArp]) {
      const times = ran.sent.filter(part).map(({ at }) => at);
      times.forEach((from, index) => {
        const inSecond = times.slice(index).findIndex((at) => at - from >= 1000);
        if (inSecond !== -1) expect(inSecond).toBeLessThanOrEqual(framesPerSecond + burst);
      });
      // What a bucket that leaks at the pace would hold: the average of any length of time.
      let level = 0;
      times.forEach((at, index) => {
        const passedMs = at - (times[index - 1] ?? at);
        level = Math.max(0, level - (passedMs * framesPerSecond) / 1000) + 1;
        expect(level).toBeLessThanOrEqual(burst + 0.01);
      });
    }
  });

  test('the pace is used: all is out as soon as it may be', () => {
    const neededMs = ((STATIONS * ROUNDS - PACING.burst) / PACING.framesPerSecond) * 1000;
    const tookMs = (ran.sent.at(-1)?.at ?? Number.NaN) - ran.resumedAt;
    expect(tookMs).toBeGreaterThanOrEqual(neededMs - 1);
    expect(tookMs).toBeLessThan(neededMs + 600); // the rounds' own pauses
  });

  test('nothing is lost: the switch knows every station at its new place', () => {
    expect(new Set(ran.before)).toEqual(new Set(['A']));
    expect(ran.after).toEqual(Array(STATIONS).fill('B'));
    expect(ran.sent).toHaveLength(FRAMES * ROUNDS);
  });

  test('every round of every guest is complete, and says how long it was held back', () => {
    expect(ran.reports).toHaveLength(GUESTS);
    for (const { guest, outcome, warnings, rounds, firstFrameAt, lastFrameAt } of ran.reports) {
      const all = framesOf(Number(guest.name?.split('-')[1]));
      expect([outcome, warnings, firstFrameAt]).toEqual(['announced', [], ran.resumedAt]);
      expect(rounds.map(({ frames, accepted }) => [frames, accepted])).toEqual(
        Array(ROUNDS).fill([all, all]),
      );
      expect(lastFrameAt).toBe(rounds[0]?.finishedAt);
      const [one] = rounds;
      expect(one?.delayed).toBeGreaterThan(0);
      expect(one?.delayed).toBeLessThan(all); // not its primary
      expect(one?.delayedMs).toBeCloseTo((one?.finishedAt ?? 0) - ran.resumedAt, 2);
      rounds.forEach(({ startedAt }, index) => {
        expect(startedAt).toBeGreaterThanOrEqual(rounds[index - 1]?.finishedAt ?? startedAt);
      });
    }
    const held = ran.reports.flatMap(({ rounds }) => rounds.map(({ delayed = 0 }) => delayed));
    expect(held.reduce((sum, frames) => sum + frames)).toBeGreaterThan(FRAMES);
  });

  test('a guest with many stations holds up none with few in the later rounds', () => {
    for (let round = 1; round < ROUNDS; round += 1) {
      const overAt = (isMany: boolean): readonly number[] =>
        ran.reports.flatMap(({ rounds: { [round]: one } }) =>
          one !== undefined && one.frames > 10 === isMany ? [one.finishedAt - ran.resumedAt] : [],
        );
      expect([round, Math.max(...overAt(false)) < Math.min(...overAt(true))]).toEqual([round, true]);
    }
  });
});

describe(`${GUESTS} guests that resume at once, where the kernel is armed and the agent hears ${LATE_MS} ms late`, () => {
  let ran: Awaited<ReturnType<typeof evacuate>>;
  beforeAll(async () => {
    ran = await evacuate({ stationsOf, pacing: PACING, arms: true });
  });

  test('each primary leaves before the agent hears, and what else one burst has', () => {
    expect(ran.inKernel).toBeLessThanOrEqual(GUESTS + PACING.burst);
    expect(ran.inKernel).toBeGreaterThan(GUESTS + PACING.burst / 2); // what a guest drew and had no use for is left over
    const early = ran.sent.slice(0, ran.inKernel);
    expect(new Set(early.map(({ at }) => at))).toEqual(new Set([ran.resumedAt]));
    const primaries = ALL.map((guest) => stationKey(stationOf(macOf(guest, 0))));
    const left = early.map((frame) => stationKey(stationIn(frame)));
    expect(primaries.filter((each) => !left.includes(each))).toEqual([]);
  });

  test('no second has more frames than the pace and one burst, kernel and agent together', () => {
    for (const part of [isRarp, isArp]) {
      expect(mostInASecond(ran.sent.filter(part).map(({ at }) => at))).toBeLessThanOrEqual(
        PACING.framesPerSecond + PACING.burst,
      );
    }
  });

  test('the pace is used, and what the kernel sent beyond the burst is made up for', () => {
    const neededMs = ((STATIONS * ROUNDS - PACING.burst) / PACING.framesPerSecond) * 1000;
    const tookMs = (ran.sent.at(-1)?.at ?? Number.NaN) - ran.resumedAt;
    expect(tookMs).toBeGreaterThanOrEqual(neededMs - 1);
    expect(tookMs).toBeLessThan(neededMs + 600);
  });

  test('nothing is lost, and nothing leaves twice in a round', () => {
    expect(ran.after).toEqual(Array(STATIONS).fill('B'));
    expect(ran.sent).toHaveLength(FRAMES * ROUNDS);
    for (const { guest, outcome, rounds } of ran.reports) {
      const all = framesOf(Number(guest.name?.split('-')[1]));
      expect(outcome).toBe('announced');
      expect(rounds.map(({ frames, accepted }) => [frames, accepted])).toEqual(
        Array(ROUNDS).fill([all, all]),
      );
    }
  });

  test('each report says who fired, and when the first frame left', () => {
    expect(ran.reports).toHaveLength(GUESTS);
    for (const { firstFrameAt, readAt, resumedAt, nics, rounds } of ran.reports) {
      expect([firstFrameAt, (readAt ?? 0) - (resumedAt ?? 0)]).toEqual([ran.resumedAt, LATE_MS]);
      expect(nics.map(({ firedBy }) => firedBy)).toEqual(['kernel']);
      expect(nics.map(({ kernel }) => kernel?.sent)).toEqual([rounds[0]?.byKernel]);
    }
  });
});
