import { HeraldError } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { expect, it } from 'vitest';
import { FakeBucket } from '../test/fake-bucket.js';
import { BucketLink, type OpenedBucket } from './bucket-link.js';

const error = (code: HeraldError['code']): HeraldError => new HeraldError(code, 'no');

const bench = () => {
  const clock = new FakeClock(0);
  const tries: number[] = [];
  const told: string[] = [];
  const closed: string[] = [];
  let outcome: () => Promise<OpenedBucket> = () => Promise.reject(new Error('no route'));
  let lose = (_: HeraldError): void => undefined;
  const opened = (): OpenedBucket => ({
    bucket: new FakeBucket(() => 0),
    ttlMs: 0,
    shortcomings: [],
    closed: new Promise((resolve) => {
      lose = resolve;
    }),
    close: () => closed.push('closed'),
  });
  const link = new BucketLink(
    clock,
    () => {
      tries.push(clock.elapsed());
      return outcome();
    },
    {
      connected: () => told.push('connected'),
      lost: ({ code }) => told.push(code),
    },
  );
  return {
    ...{ clock, tries, told, closed, link, opened },
    lose: (problem: HeraldError) => lose(problem),
    set: (to: typeof outcome) => {
      outcome = to;
    },
  };
};

it('tries for ever, with pauses that rise to a bound', async () => {
  const { clock, tries, link } = bench();
  link.start();
  await clock.advance(600_000);
  expect(tries.slice(0, 7)).toEqual([0, 100, 350, 850, 1850, 3850, 5850]);
  expect((tries.at(-1) ?? 0) - (tries.at(-2) ?? 0)).toBe(2000);
  link.close();
  expect(clock.pending).toBe(0);
});

it.each(['HERALD_NATS_REFUSED', 'HERALD_NATS_CREDENTIALS'] as const)('asks rarely after %s', async (code) => {
  const { clock, set, tries, link } = bench();
  set(() => Promise.reject(error(code)));
  link.start();
  await clock.advance(60_000);
  expect(tries).toEqual([0, 15_000, 30_000, 45_000, 60_000]);
  link.close();
});

it('connects at once again after a connection that held, and later after one that did not', async () => {
  const { clock, lose, set, opened, told, tries, link } = bench();
  set(async () => opened());
  link.start();
  for (let times = 0; times < 4; times += 1) {
    await clock.advance(100);
    lose(error('HERALD_HANDOFF_DISCONNECTED'));
    await clock.advance(5000);
  }
  const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
  expect(pauses).toEqual([200, 5250, 5350, 5600]);
  await clock.advance(20_000);
  const before = clock.elapsed();
  lose(error('HERALD_HANDOFF_DISCONNECTED'));
  await clock.advance(1000);
  expect((tries.at(-1) ?? 0) - before).toBe(100);
  expect(told.filter((each) => each === 'connected')).toHaveLength(6);
  link.close();
});

it('closes what is there, and what comes too late', async () => {
  const { clock, set, opened, told, closed, link } = bench();
  let come = (_: OpenedBucket): void => undefined;
  set(
    () =>
      new Promise((resolve) => {
        come = resolve;
      }),
  );
  link.start();
  await clock.advance(0);
  link.close();
  come(opened());
  await clock.advance(60_000);
  expect([told, closed, clock.pending]).toEqual([[], ['closed'], 0]);
});
