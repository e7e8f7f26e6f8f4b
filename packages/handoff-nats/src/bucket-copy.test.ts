import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { snapshotOf, WEB } from '../test/nats-fixture.js';
import { BucketCopy } from './bucket-copy.js';
import { entryKey, guestPart } from './bucket-keys.js';
import { ServerClock } from './server-clock.js';

const { signal } = new AbortController();
const web = guestPart(WEB);
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const entry = (host: string, revision: number, bytes?: Uint8Array) => ({
  key: entryKey(WEB, host),
  revision,
  storedAt: revision,
  ...(bytes === undefined ? {} : { bytes }),
});
const copyOf = (over = {}, clock = new FakeClock(0)) =>
  new BucketCopy({ maxEntries: 3, maxEntryBytes: 4096, ttlMs: 0, ...over }, new ServerClock(clock));

describe('what is no head', () => {
  it.each([
    ['too large', new Uint8Array(5000).fill(32)],
    ['no text', new Uint8Array([0xff])],
    ['no JSON', new TextEncoder().encode('{')],
    ['no snapshot', bytesOf({})],
    ["another host's", bytesOf(snapshotOf({ host: 'b' }))],
    ['a deletion', undefined],
  ])('%s', async (_, bytes) => {
    const copy = copyOf();
    copy.hear(entry('a', 1, bytes));
    copy.hear(entry('c', 2, bytesOf(snapshotOf({ host: 'c' }))));
    expect((await copy.heads(signal)).map(({ host }) => host)).toEqual(['c']);
  });
});

it('keeps the newest of a key, and says whom a change is about', () => {
  const copy = copyOf();
  expect(copy.hear(entry('a', 2, bytesOf(2)))).toBe(web);
  expect(copy.hear(entry('a', 1, bytesOf(1)))).toBeUndefined();
  expect(copy.hear({ key: 'a.alive', revision: 3, storedAt: 3 })).toBeUndefined();
  expect(copy.reached).toBe(3);
  expect(copy.of(web).map(({ revision }) => revision)).toEqual([2]);
});

it('is not whole where there is more than it may hold, and takes what replaces', () => {
  const copy = copyOf();
  for (const [at, host] of ['a', 'b', 'c', 'd'].entries()) copy.hear(entry(host, at + 1, bytesOf(1)));
  expect([copy.isWhole, copy.of(web).length]).toEqual([false, 3]);
  copy.hear(entry('a', 9, bytesOf(9)));
  expect(copy.of(web).map(({ revision }) => revision)).toContain(9);
});

it('has nothing that the bucket has let go', async () => {
  const clock = new FakeClock(0);
  const server = new ServerClock(clock);
  const copy = new BucketCopy({ maxEntries: 2, maxEntryBytes: 4096, ttlMs: 1000 }, server);
  server.heard(0, true);
  copy.hear(entry('a', 0, bytesOf(snapshotOf())));
  await clock.advance(1001);
  expect([copy.of(web), await copy.heads(signal)]).toEqual([[], []]);
  copy.hear({ ...entry('b', 1, bytesOf(1)), storedAt: 1000 });
  copy.hear({ ...entry('c', 2, bytesOf(1)), storedAt: 1000 });
  expect(copy.isWhole, 'it made room').toBe(true);
});

it('keeps no buffer that others write to', () => {
  const copy = copyOf();
  const bytes = bytesOf('old');
  copy.hear(entry('a', 1, bytes));
  bytes.fill(0);
  expect(copy.of(web)[0]?.bytes).toEqual(bytesOf('old'));
});

it('tells when it heard a revision, or that it did not in time', async () => {
  const clock = new FakeClock(0);
  const copy = copyOf({}, clock);
  const [early, late] = [copy.reach(2, clock, 100), copy.reach(3, clock, 100)];
  copy.hear(entry('a', 2, bytesOf(1)));
  await clock.advance(100);
  expect([await early, await late, await copy.reach(1, clock, 100)]).toEqual([true, false, true]);
  expect(clock.pending).toBe(0);
});

it('lets others have their turn while it parses, and stops when it is told to', async () => {
  const copy = copyOf({ maxEntries: 100 });
  for (let at = 1; at <= 40; at += 1) copy.hear(entry(`h${at}`, at, bytesOf(snapshotOf({ host: `h${at}` }))));
  const control = new AbortController();
  const asked = copy.heads(control.signal);
  control.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
  expect(await copy.heads(signal)).toHaveLength(40);
});
