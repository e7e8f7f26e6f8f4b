import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.js';
import { type GuestKey, parseGuestKey } from '../guest/guest-identity.js';
import { type KeyValueStore, keyValueHandoff } from './key-value-handoff.js';
import type { Snapshot } from './snapshot.js';

const WEB = parseGuestKey('name:web-1') as GuestKey;
const options = { signal: new AbortController().signal };
const snapshotOf = (over: Partial<Snapshot> = {}): Snapshot => ({
  format: 1,
  guest: WEB,
  host: 'A',
  epoch: 1,
  nics: [],
  ...over,
});

/** A clock whose timers run when they are told to. */
const handClock = () => {
  const waiting: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    elapsed: () => 0,
    setTimer: (_, run) => {
      waiting.push(run);
      return () => void waiting.splice(waiting.indexOf(run), 1);
    },
  };
  return { clock, waiting, tick: () => waiting.shift()?.() };
};

const storeOf = (over: Partial<KeyValueStore> = {}): KeyValueStore => ({
  name: 'texts',
  maxEntryBytes: 4096,
  put: async () => {},
  list: async () => [],
  delete: async () => {},
  ...over,
});

const handoffOf = (over: Partial<KeyValueStore> = {}) => keyValueHandoff(handClock().clock, storeOf(over));

describe('an entry that is no problem of others', () => {
  it.each<[string, () => Promise<string>, string]>([
    ['cannot be read', () => Promise.reject(new Error('EIO')), 'HERALD_HANDOFF_UNREADABLE'],
    ['is no JSON', async () => '{', 'HERALD_HANDOFF_UNREADABLE'],
    ['is too large', async () => ' '.repeat(4097), 'HERALD_HANDOFF_TOO_LARGE'],
    ['is too large in bytes alone', async () => 'é'.repeat(2049), 'HERALD_HANDOFF_TOO_LARGE'],
    ['is no snapshot', async () => '{}', 'HERALD_SNAPSHOT_INVALID'],
    ["is another host's", async () => JSON.stringify(snapshotOf({ host: 'B' })), 'HERALD_HANDOFF_MISMATCH'],
    [
      "is another guest's",
      async () => JSON.stringify(snapshotOf({ guest: 'name:db' as GuestKey })),
      'HERALD_HANDOFF_MISMATCH',
    ],
  ])('%s', async (_, read, code) => {
    const sound = { host: 'C', read: async () => JSON.stringify(snapshotOf({ host: 'C' })) };
    const handoff = handoffOf({ list: async () => [{ host: 'A', read }, sound] });
    expect(await handoff.fetch(WEB, options)).toEqual([
      { host: 'A', problem: expect.objectContaining({ code }) as Error },
      { host: 'C', snapshot: snapshotOf({ host: 'C' }) },
    ]);
  });
});

it('gives the age that the store knows', async () => {
  const read = async () => JSON.stringify(snapshotOf());
  const handoff = handoffOf({ list: async () => [{ host: 'A', read, ageMs: 7 }] });
  expect(await handoff.fetch(WEB, options)).toEqual([{ host: 'A', snapshot: snapshotOf(), ageMs: 7 }]);
});

it.each(['put', 'list', 'delete'] as const)('says which store failed where `%s` rejects', async (member) => {
  const handoff = handoffOf({ [member]: () => Promise.reject(new Error('EIO')) });
  const call = {
    put: () => handoff.publish(snapshotOf(), options),
    list: () => handoff.ofHost('A', options),
    delete: () => handoff.remove(WEB, 'A', options),
  };
  await expect(call[member]()).rejects.toMatchObject({
    code: 'HERALD_HANDOFF_FAILED',
    message: expect.stringMatching(/texts could not .*: EIO$/) as string,
  });
});

it('does not put what is larger than the bound', async () => {
  const put: string[] = [];
  const handoff = handoffOf({ put: async (_, __, text) => void put.push(text) });
  await expect(handoff.publish(snapshotOf({ host: 'x'.repeat(4096) }), options)).rejects.toMatchObject({
    code: 'HERALD_HANDOFF_TOO_LARGE',
  });
  expect(put).toEqual([]);
});

it('puts one after another, and lets go of one that waits when it is told to', async () => {
  const ends: (() => void)[] = [];
  const epochs: number[] = [];
  const handoff = handoffOf({
    put: (_, __, text) => {
      epochs.push((JSON.parse(text) as Snapshot).epoch);
      return new Promise((resolve) => ends.push(resolve));
    },
  });
  const cancel = new AbortController();
  const first = handoff.publish(snapshotOf({ epoch: 1 }), options);
  const second = handoff.publish(snapshotOf({ epoch: 2 }), cancel);
  const third = handoff.publish(snapshotOf({ epoch: 3 }), options);
  cancel.abort();
  await expect(second).rejects.toMatchObject({ code: 'HERALD_HANDOFF_FAILED' });
  expect(epochs).toEqual([1]);
  ends[0]?.();
  await first;
  await expect.poll(() => epochs).toEqual([1, 3]);
  ends[1]?.();
  await third;
});

it('looks every second where the store cannot watch, until it is stopped', () => {
  const { clock, waiting, tick } = handClock();
  let told = 0;
  const stop = keyValueHandoff(clock, storeOf()).watch(WEB, () => told++);
  tick();
  tick();
  expect(told).toBe(2);
  stop();
  expect(waiting).toEqual([]);
});
