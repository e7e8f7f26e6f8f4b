import { type GuestKey, type HandoffStore, HeraldError } from '@nic-herald/core';
import { FakeClock, MemoryHandoff } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { snapshotOf } from '../../test/test-host.js';
import { HandoffStores } from './handoff-stores.js';
import { StoreAccess } from './store-access.js';

const KEY = 'name:web-1' as GuestKey;
const failing = (code: HeraldError['code']) => (): Promise<never> =>
  Promise.reject(new HeraldError(code, 'why'));
const accessTo = (over: Partial<HandoffStore>) => {
  const clock = new FakeClock();
  const store = Object.assign(new MemoryHandoff({ name: 'one' }), over);
  return { clock, store, access: new StoreAccess(store, clock) };
};

describe('the health of a hand-off store', () => {
  it.each<[string, Partial<HandoffStore>, object]>([
    ['cannot be read', { fetch: failing('HERALD_HANDOFF_DIRECTORY') }, { code: 'HERALD_HANDOFF_DIRECTORY' }],
    ['cannot be written', { publish: failing('HERALD_HANDOFF_WRITE') }, { code: 'HERALD_HANDOFF_WRITE' }],
    [
      'throws what it likes',
      { fetch: () => Promise.reject(new Error('x')) },
      { code: 'HERALD_HANDOFF_FAILED' },
    ],
  ])('is bad where it %s, until that works again', async (_, over, expected) => {
    const { store, access } = accessTo(over);
    const use = () => Promise.allSettled([access.publish(snapshotOf({})), access.fetch(KEY)]);
    expect(access.health).toMatchObject({ ready: true, ageMs: Number.POSITIVE_INFINITY });
    await use();
    expect(access.health).toMatchObject({ name: 'one', ready: false, ...expected });
    for (const name of Object.keys(over)) delete (store as unknown as Record<string, unknown>)[name];
    await use();
    expect(access.health).toMatchObject({ ready: true, ageMs: 0 });
  });

  it.each<[HeraldError['code']]>([
    ['HERALD_HANDOFF_TOO_LARGE'],
    ['HERALD_SNAPSHOT_INVALID'],
    ['HERALD_HANDOFF_READ_ONLY'],
    ['HERALD_CANCELLED'],
  ])('does not suffer from %s', async (code) => {
    const { access } = accessTo({ publish: failing(code) });
    await expect(access.publish(snapshotOf({}))).rejects.toMatchObject({ code });
    expect(access.health.ready).toBe(true);
  });

  it('is found out by asking one that was not called lately, and no other', async () => {
    const { clock, store } = accessTo({});
    let asked = 0;
    store.ofHost = () => {
      asked += 1;
      return failing('HERALD_HANDOFF_DIRECTORY')();
    };
    const stores = new HandoffStores([store], clock);
    const { signal } = new AbortController();
    await stores.freshen('A', 10_000, signal);
    expect(stores.health).toEqual([
      { name: 'one', ready: false, code: 'HERALD_HANDOFF_DIRECTORY', message: 'why' },
    ]);
    await stores.freshen('A', 10_000, signal);
    expect(asked).toBe(1);
    await clock.advance(10_001);
    await stores.freshen('A', 10_000, signal);
    expect(asked).toBe(2);
  });
});
