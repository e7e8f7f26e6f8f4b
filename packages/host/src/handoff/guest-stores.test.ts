import type { HandoffClaim, HandoffEntry, HandoffStore, HeraldError } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest, never } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { KEY, snapshotOf } from '../../test/test-host.js';
import { HandoffStores } from './handoff-stores.js';

const guest = new FakeGuest();
const named = (name: string): FakeHandoff => new FakeHandoff({ name });

const testStores = (...stores: readonly HandoffStore[]) => {
  const clock = new FakeClock();
  const told: HeraldError[] = [];
  const all = new HandoffStores(stores, clock, (warning) => told.push(warning));
  const ofGuest = all.forGuest(guest);
  const hosts = (entries: readonly HandoffEntry[] | undefined) => entries?.map(({ host }) => host);
  return {
    clock,
    all,
    ofGuest,
    told: () => told.map(({ code }) => code),
    fetch: async (isUrgent = false) => hosts((await ofGuest.fetch({ isUrgent }))?.entries),
  };
};
/** Two stores, with an entry of `A` and one of `C`. */
const two = async () => {
  const [first, second] = [named('first'), named('second')];
  await first.memory.publish(snapshotOf({ host: 'A' }));
  await second.memory.publish(snapshotOf({ host: 'C' }));
  return { first, second, ...testStores(first, second) };
};

describe('HandoffStores', () => {
  it.each<[string, Partial<Record<keyof HandoffStore, unknown>>, string]>([
    ['has no name', { name: '' }, 'its name has 1 to 64 characters'],
    ['has a long name', { name: 'n'.repeat(65) }, 'its name has 1 to 64 characters'],
    ['takes next to nothing', { maxEntryBytes: 4095 }, 'maxEntryBytes is a whole number from 4096, got 4095'],
    [
      'rests for ever',
      { restMs: Number.POSITIVE_INFINITY },
      'restMs is a number from 0 to 60000, got Infinity',
    ],
    ['takes no number', { maxEntryBytes: Number.NaN }, 'maxEntryBytes is a whole number from 4096'],
  ])('refuses a store that %s', (_, over, message) => {
    expect(() => testStores(Object.assign(new FakeHandoff(), over as object))).toThrow(
      expect.objectContaining({
        code: 'HERALD_HANDOFF_STORE',
        message: expect.stringContaining(message) as unknown,
      }) as Error,
    );
  });

  it.each([null, undefined, 7])('refuses %s', (store) => {
    expect(() => testStores(store as never)).toThrow(
      expect.objectContaining({ code: 'HERALD_HANDOFF_STORE' }) as Error,
    );
  });

  it('refuses two of one name', () => {
    expect(() => testStores(named('one'), named('one'))).toThrow(
      expect.objectContaining({ code: 'HERALD_NAME_TAKEN' }) as Error,
    );
  });
});

describe('the stores of a guest', () => {
  it('are none without a key, or without stores', async () => {
    expect(await testStores().ofGuest.fetch()).toBeUndefined();
    const unnamed = testStores(named('one')).all.forGuest(new FakeGuest('x', {}));
    expect([unnamed.key, unnamed.all, await unnamed.fetch()]).toEqual([undefined, [], undefined]);
  });

  it('are read, all of them', async () => {
    const { fetch, told } = await two();
    expect([await fetch(), told()]).toEqual([['A', 'C'], []]);
  });

  it.each<[string, (store: FakeHandoff) => void, string]>([
    ['is out of reach', (store) => (store.trouble = store.outOfReach), 'HERALD_TEST_HANDOFF'],
    ['hangs', (store) => (store.trouble = never), 'HERALD_TIMEOUT'],
    ['gives no list', (store) => (store.fetch = (async () => 7) as never), 'HERALD_HANDOFF_STORE'],
    [
      'throws at once',
      (store) => {
        store.fetch = () => {
          throw new TypeError('no');
        };
      },
      'HERALD_HANDOFF_FAILED',
    ],
    [
      'cannot tell whether it serves the guest',
      (store) => (store.claim = () => Promise.reject(new Error('no'))),
      'HERALD_HANDOFF_FAILED',
    ],
    ['does not tell', (store) => (store.claim = never), 'HERALD_TIMEOUT'],
    ['makes no claim', (store) => (store.claim = (async () => 'yes') as never), 'HERALD_HANDOFF_STORE'],
  ])('lose nothing to one that %s: it is told, and the others count', async (_, spoil, code) => {
    const { clock, fetch, second, told } = await two();
    spoil(second);
    const entries = fetch();
    await clock.advance(5000);
    expect([await entries, told()]).toEqual([['A'], [code]]);
  });

  it('cannot be read where none answers', async () => {
    const { fetch, first, second, told } = await two();
    first.trouble = first.outOfReach;
    second.trouble = second.outOfReach;
    await expect(fetch()).rejects.toMatchObject({ code: 'HERALD_TEST_HANDOFF' });
    expect(told()).toEqual([]); // who asked tells
  });

  it('cannot be read where the only one that serves the guest does not answer', async () => {
    const { fetch, first, second } = await two();
    first.claim = async () => ({ refusal: 'no domain of libvirt' });
    second.trouble = second.outOfReach;
    await expect(fetch()).rejects.toMatchObject({ code: 'HERALD_TEST_HANDOFF' });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no entry', { host: 'A' }],
    ['a snapshot without NICs', { host: 'A', snapshot: { host: 'A', epoch: 1 } }],
    ['an epoch in words', { host: 'A', snapshot: { ...snapshotOf(), epoch: '1' } }],
  ])('turn an entry that is %s into a problem', async (_, entry) => {
    const { first, ofGuest } = await two();
    first.fetch = async () => [entry as HandoffEntry];
    expect((await ofGuest.fetch())?.entries).toMatchObject([
      { problem: { code: 'HERALD_HANDOFF_STORE' } },
      { host: 'C' },
    ]);
  });

  it('are asked once whether they serve it, and again where one could not tell', async () => {
    const { fetch, first, second, ofGuest } = await two();
    let asked = 0;
    let answer = (): Promise<HandoffClaim> => Promise.reject(new Error('not yet'));
    first.claim = () => {
      asked += 1;
      return answer();
    };
    expect(await fetch()).toEqual(['C']);
    answer = async () => ({ refusal: 'no' });
    expect(await fetch()).toEqual(['C']);
    expect(await fetch()).toEqual(['C']);
    expect(asked).toBe(2);
    const published = ofGuest.all.map((store) => ofGuest.publish(store, snapshotOf()));
    expect(await Promise.all(published)).toEqual([false, true]);
    expect([first.published.length, second.published.length]).toEqual([0, 1]);
  });

  it('hold up nobody for long where it is urgent: what comes later is told to who watches', async () => {
    const { clock, fetch, ofGuest, second } = await two();
    let told = 0;
    const unwatch = ofGuest.watch(() => {
      told += 1;
    });
    second.trouble = () => new Promise((answer) => clock.setTimer(1000, () => answer(undefined as never)));
    const entries = fetch(true);
    await clock.advance(200);
    expect([await entries, told]).toEqual([['A'], 0]);
    await clock.advance(800);
    expect(told).toBe(1);
    const again = fetch(true);
    await clock.advance(200);
    expect(await again).toEqual(['A', 'C']); // what it said last
    await clock.advance(800);
    expect(told).toBe(1); // and says again
    unwatch();
    await second.memory.publish(snapshotOf({ host: 'C', epoch: 9 }));
    const last = fetch(true);
    await clock.advance(1000);
    await last;
    expect([told, clock.pending]).toEqual([1, 0]);
  });

  it('are not held up at all by one that hung the last time, where it is urgent', async () => {
    const { clock, fetch, second } = await two();
    second.trouble = never;
    const first = fetch();
    await clock.advance(5000);
    await first;
    expect(await fetch(true)).toEqual(['A']);
    second.trouble = undefined;
    expect(await fetch()).toEqual(['A', 'C']);
    const waiting = fetch(true);
    await clock.advance(5000);
    expect(await waiting).toEqual(['A', 'C']);
  });

  it('keep what one said that fails now, and grow older', async () => {
    const { clock, first, ofGuest, second } = await two();
    second.fetch = async () => [{ host: 'C', snapshot: snapshotOf({ host: 'C' }), ageMs: 5 }];
    await ofGuest.fetch();
    await clock.advance(1000);
    second.fetch = () => second.outOfReach();
    expect((await ofGuest.fetch())?.entries).toMatchObject([{ host: 'A' }, { host: 'C', ageMs: 1005 }]);
    expect(first.watchers).toBe(0);
  });

  it.each<[string, (store: FakeHandoff) => void]>([
    [
      'throws',
      (store) => {
        const broken = (): never => {
          throw new Error('no');
        };
        store.watch = broken;
        store.onConnected = broken;
      },
    ],
    ['gives no way to stop', (store) => (store.watch = (() => undefined) as never)],
  ])('are watched also where one %s', async (_, spoil) => {
    const { first, second, ofGuest } = await two();
    spoil(first);
    let told = 0;
    const unwatch = ofGuest.watch(() => {
      told += 1;
    });
    await second.memory.publish(snapshotOf({ guest: KEY }));
    expect(told).toBe(1);
    second.memory.connect();
    expect(told).toBe(2);
    unwatch();
    second.memory.connect();
    expect([told, second.watchers]).toEqual([2, 0]);
  });
});
