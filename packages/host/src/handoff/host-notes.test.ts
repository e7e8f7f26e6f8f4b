import {
  GUEST_NOTES,
  type GuestNotes,
  HANDOFF_STORE,
  type HandoffNote,
  type HandoffStore,
  type HeraldPlugin,
  multiToken,
} from '@nic-herald/core';
import { FakeClock, MemoryHandoff } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest, never } from '../../test/fake-guest.js';
import { KEY } from '../../test/test-host.js';
import { composeHost } from '../compose-host.js';
import { HandoffStores } from './handoff-stores.js';
import { HostNotes } from './host-notes.js';

const guest = new FakeGuest();
const how = { signal: new AbortController().signal };
const PART = multiToken<object>('test/part');
const SEEN = { kind: 'seen', body: [1] };
const ofTime = (writtenAt: number, host = 'B'): HandoffNote => ({ host, kind: 'seen', writtenAt, body: 1 });

const testNotes = (...stores: HandoffStore[]) => {
  const clock = new FakeClock();
  const told: string[] = [];
  const all = new HandoffStores(stores, clock, ({ code }) => told.push(code));
  return { clock, told, notes: new HostNotes('A', all, clock) };
};
const named = (name: string, over: Partial<HandoffStore> = {}): MemoryHandoff =>
  Object.assign(new MemoryHandoff({ name }), over);

describe('the notes of a guest', () => {
  it('are left by this host, now, and read from every store, each once and in their order', async () => {
    const [first, second] = [named('first'), named('second')];
    const { clock, notes, told } = testNotes(first, second);
    const ours = { ...SEEN, host: 'A', writtenAt: clock.now() };
    expect(await notes.put(guest, SEEN, how)).toBe(true);
    for (const store of [first, second]) expect(await store.notes.read(KEY, how)).toEqual([ours]);
    await second.notes.put(KEY, ofTime(2), how);
    await first.notes.put(KEY, ofTime(1, 'C'), how);
    expect(await notes.read(guest, how)).toEqual([ofTime(1, 'C'), ofTime(2), ours]);
    expect(told).toEqual([]);
  });

  it('are at most as many as may be, the newest', async () => {
    const [first, second] = [named('first'), named('second')];
    for (let time = 0; time < 16; time += 1) {
      await first.notes.put(KEY, ofTime(2 * time), how);
      await second.notes.put(KEY, ofTime(2 * time + 1), how);
    }
    const read = await testNotes(first, second).notes.read(guest, how);
    expect(read?.map(({ writtenAt }) => writtenAt)).toEqual(Array.from({ length: 16 }, (_, n) => n + 16));
  });

  it.each<[string, HandoffStore[], FakeGuest]>([
    ['there is no store', [], guest],
    ['no store has room for them', [named('one', { notes: undefined as never })], guest],
    ['no store serves the guest', [named('one', { claim: async () => ({ refusal: 'no' }) })], guest],
    ['the guest has no key', [named('one')], new FakeGuest('x', {})],
  ])('cannot be had where %s', async (_, stores, of) => {
    const { notes } = testNotes(...stores);
    expect([await notes.put(of, SEEN, how), await notes.read(of, how)]).toEqual([false, undefined]);
  });

  it.each<[string, HandoffStore['notes']]>([
    ['hangs', { put: never, read: never }],
    ['fails', { put: () => Promise.reject(new Error()), read: () => Promise.reject(new Error()) }],
  ])('are had where one store %s', async (_, broken) => {
    const { clock, notes, told } = testNotes(
      named('first'),
      named('second', { notes: broken as NonNullable<typeof broken> }),
    );
    const put = notes.put(guest, SEEN, how);
    await clock.advance(200);
    expect(await put).toBe(true);
    const read = notes.read(guest, how);
    await clock.advance(200);
    expect(await read).toHaveLength(1);
    await clock.advance(5000);
    expect(told.length).toBeGreaterThan(0);
  });

  it('reject where no store takes or gives them', async () => {
    const { notes } = testNotes(new MemoryHandoff({ isConnected: false }));
    const refused = { code: 'HERALD_HANDOFF_DISCONNECTED' };
    await expect(notes.put(guest, SEEN, how)).rejects.toMatchObject(refused);
    await expect(notes.read(guest, how)).rejects.toMatchObject(refused);
  });

  it('leave out what is none, and reject what is no list', async () => {
    const odd = [null, 7, { ...ofTime(1), kind: '../x' }, { ...ofTime(1), body: 'x'.repeat(2000) }];
    const given = (list: unknown) =>
      testNotes(named('one', { notes: { put: never, read: async () => list as never } })).notes;
    expect(await given([...odd, ofTime(3)]).read(guest, how)).toEqual([ofTime(3)]);
    const strange = { ...ofTime(3), toString: () => 'x', more: 1 };
    expect(await given([strange]).read(guest, how)).toStrictEqual([ofTime(3)]);
    const looked = new Set<PropertyKey>();
    const flood = new Proxy(
      Array.from({ length: 1_000_000 }, () => ofTime(4)),
      {
        get: (list, key): unknown => {
          looked.add(key);
          return Reflect.get(list, key);
        },
      },
    );
    expect(await given(flood).read(guest, how)).toEqual([ofTime(4)]);
    expect(looked.size).toBeLessThan(100); // the rest is not looked at
    await expect(given('none').read(guest, how)).rejects.toMatchObject({ code: 'HERALD_HANDOFF_STORE' });
  });

  it('are no notes where the body is none', async () => {
    const { notes } = testNotes(named('one'));
    for (const body of [undefined, 1n, 'x'.repeat(2000)]) {
      await expect(notes.put(guest, { kind: 'seen', body }, how)).rejects.toMatchObject({
        code: 'HERALD_HANDOFF_NOTE',
      });
    }
  });

  it('are there for plugins', async () => {
    let found: GuestNotes | undefined;
    const plugin: HeraldPlugin = {
      name: 'test',
      contract: 2,
      install: (registrar) => {
        registrar.contribute(HANDOFF_STORE, { value: named('one') });
        registrar.contribute(PART, {
          factory: ({ get }) => {
            found = get(GUEST_NOTES);
            return {};
          },
        });
      },
    };
    await using _ = await composeHost([plugin], { name: 'B' });
    let told = 0;
    const unwatch = found?.watch(guest, () => {
      told += 1;
    });
    expect(await found?.put(guest, SEEN, how)).toBe(true);
    expect(await found?.read(guest, how)).toMatchObject([{ host: 'B', ...SEEN }]);
    expect(told).toBe(1);
    unwatch?.();
  });
});
