import { HeraldError } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeBucket } from '../test/fake-bucket.js';
import { WEB } from '../test/nats-fixture.js';
import { BucketCopy } from './bucket-copy.js';
import { entryKey, guestPart } from './bucket-keys.js';
import { BucketWatch } from './bucket-watch.js';
import { ServerClock } from './server-clock.js';

const ENTRY = entryKey(WEB, 'b');
const bytes = new TextEncoder().encode('{}');

let watching: BucketWatch | undefined;
afterEach(() => watching?.close());

const bench = (prepare: (bucket: FakeBucket) => void = () => undefined) => {
  const clock = new FakeClock(0);
  const bucket = new FakeBucket(() => clock.now());
  prepare(bucket);
  const told: string[] = [];
  watching = new BucketWatch(bucket, {
    clock,
    aliveKey: 'a.alive',
    newCopy: () => new BucketCopy({ maxEntries: 10, maxEntryBytes: 4096, ttlMs: 0 }, new ServerClock(clock)),
    heard: () => undefined,
    changed: (guest) => told.push(`changed ${guest}`),
    filled: () => told.push('filled'),
    works: () => undefined,
    failed: (error) => told.push(String(error)),
  });
  watching.start();
  const writes = () => bucket.calls.filter((call) => call === 'put a.alive').length;
  return { clock, bucket, told, watch: watching, writes };
};

it.each([
  ['an empty bucket', () => undefined],
  ['a bucket with entries', (bucket: FakeBucket) => void bucket.write(ENTRY, undefined, bytes)],
  [
    'a bucket whose last entry is gone',
    (bucket: FakeBucket) => {
      bucket.write(ENTRY, undefined, bytes);
      bucket.expire(ENTRY);
    },
  ],
])('fills its copy from %s', async (_, prepare) => {
  const { clock, told, watch } = bench(prepare);
  await clock.advance(0);
  expect(told).toEqual(['filled']);
  expect(watch.copy).toBeDefined();
});

it('tells whom a change is about', async () => {
  const { clock, bucket, told } = bench();
  await clock.advance(0);
  bucket.write(ENTRY, undefined, bytes);
  bucket.write('c.alive', undefined, new Uint8Array());
  expect(told).toEqual(['filled', `changed ${guestPart(WEB)}`]);
});

it('writes to be heard once a second where no other host writes, and not where one does', async () => {
  const { clock, bucket, writes } = bench();
  await clock.advance(10_500);
  expect(writes()).toBe(11);
  expect(bucket.calls.filter((call) => call === 'watch')).toHaveLength(1);
  for (let times = 0; times < 20; times += 1) {
    bucket.write('c.alive', undefined, new Uint8Array());
    await clock.advance(500);
  }
  expect(writes(), 'one host that writes is enough for all').toBe(11);
});

describe('a watch that falls silent', () => {
  it('is given up for a new one after 3 s, and the copy serves meanwhile', async () => {
    const { clock, bucket, told, watch } = bench((each) => void each.write(ENTRY, undefined, bytes));
    await clock.advance(500);
    bucket.isSilent = true;
    const { copy } = watch;
    await clock.advance(2400);
    expect(watch.copy).toBe(copy);
    expect(bucket.calls.filter((call) => call === 'watch')).toHaveLength(1);
    bucket.isSilent = false;
    bucket.expire(ENTRY); // while nothing was heard
    await clock.advance(100);
    expect(bucket.calls.filter((call) => call === 'watch')).toHaveLength(2);
    expect(bucket.watches).toBe(1);
    expect(told.filter((each) => each === 'filled')).toHaveLength(2);
    expect(watch.copy?.of(guestPart(WEB))).toEqual([]);
  });

  it.each(['watch', 'lastRevision', 'put'] as const)(
    'is opened every 3 s until it speaks, where `%s` hangs',
    async (member) => {
      const { clock, bucket } = bench((each) => {
        each.write(ENTRY, undefined, bytes);
        each.instead.set(member, each.hangs);
      });
      await clock.advance(60_000);
      const opened = bucket.calls.filter((call) => call === 'lastRevision').length;
      expect(opened).toBeGreaterThanOrEqual(19);
      expect(opened).toBeLessThanOrEqual(21);
      expect(bucket.watches).toBeLessThanOrEqual(1);
    },
  );

  it('is told where it cannot be opened, or its key not written', async () => {
    const { clock, told } = bench((each) => each.instead.set('watch', each.fails));
    await clock.advance(0);
    expect(told).toEqual(['Error: it fails']);
    const other = bench((each) => each.instead.set('put', each.fails));
    await other.clock.advance(0);
    expect(other.told).toEqual(['filled', 'Error: it fails']);
  });

  it('is not opened all the time where this host may not write', async () => {
    const { clock, bucket, told } = bench((each) =>
      each.instead.set('put', () => Promise.reject(new HeraldError('HERALD_NATS_REFUSED', 'no'))),
    );
    await clock.advance(60_000);
    expect(told.filter((each) => each !== 'filled').length).toBeLessThanOrEqual(5);
    expect(bucket.calls.filter((call) => call === 'watch').length).toBeLessThanOrEqual(5);
  });

  it('is not what a process sees that stood still itself', async () => {
    const { bucket, clock } = bench();
    await clock.advance(0);
    const stoodStill = clock.elapsed.bind(clock);
    let ahead = 0;
    clock.elapsed = () => stoodStill() + ahead;
    ahead = 10_000;
    await clock.advance(1000);
    expect(bucket.calls.filter((call) => call === 'watch')).toHaveLength(1);
  });
});

it('leaves nothing behind when it is closed, whatever was under way', async () => {
  for (const member of ['watch', 'lastRevision', 'put'] as const) {
    let go = (): void => undefined;
    const { clock, bucket, told, watch } = bench((each) => {
      each.instead.set(
        member,
        () =>
          new Promise<never>((resolve) => {
            go = resolve as () => void;
          }),
      );
    });
    await clock.advance(0);
    watch.close();
    go();
    await clock.advance(10_000);
    expect([clock.pending, bucket.watches, told.filter((each) => each !== 'filled')]).toEqual([0, 0, []]);
  }
});
