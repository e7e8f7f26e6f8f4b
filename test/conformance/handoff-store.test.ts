import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clock,
  encodeNote,
  type HandoffNote,
  type HandoffNotes,
  type HandoffStore,
  HeraldError,
} from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { DirectoryHandoff } from '@nic-herald/handoff-directory';
import { handoffStoreContract, MemoryHandoff, testContract } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { realClock } from './real-clock.js';

const clock: Clock = realClock;

const memory = handoffStoreContract({
  open: async () => ({ store: new MemoryHandoff({ maxEntryBytes: 1 << 20 }), close: async () => {} }),
  openDisconnected: async () => {
    const store = new MemoryHandoff({ isConnected: false });
    return { store, connect: async () => store.connect(), close: async () => {} };
  },
  noSpoil: 'memory does not break',
});
describe('in memory', () => testContract(memory, { describe, it }));

const directory = handoffStoreContract({
  open: async () => {
    const path = await mkdtemp(join(tmpdir(), 'herald-'));
    const settings = { directory: path, maxFileBytes: 1 << 20, maxEntries: 1000, pollMs: 10 };
    const storeOfOneHost = () => new DirectoryHandoff(settings, clock, new IsolatingEventBus());
    const [store, another] = [storeOfOneHost(), storeOfOneHost()];
    for (const each of [store, another]) await each.start(new AbortController());
    return {
      store,
      another,
      spoil: async (_, host) => {
        const name = (await readdir(path)).find((each) => each.endsWith(`@${host}.json`));
        await writeFile(join(path, name ?? 'missing'), '{"format":1,');
      },
      close: async () => {
        await Promise.all([store.close(), another.close()]);
        await rm(path, { recursive: true });
      },
    };
  },
  noDisconnect: 'a directory that cannot be used is refused at the start',
});
describe('in a directory', () => testContract(directory, { describe, it }));

it('leaves out no case of a store that gives what is wanted for all', () => {
  const { cases } = handoffStoreContract({
    open: () => Promise.reject(new Error('not opened')),
    openDisconnected: () => Promise.reject(new Error('not opened')),
  });
  expect(cases.flatMap(({ name, skip }) => (skip === undefined ? [] : [name]))).toEqual([]);
});

/** Another store's way to keep entries. */
const bounded = (store: MemoryHandoff): Partial<HandoffStore> => ({
  publish: (snapshot) => store.publish(snapshot),
  fetch: (guest) => store.fetch(guest),
});

/** Notes of one guest, kept by that rule. */
const notesOf = (
  keep: (kept: readonly HandoffNote[], note: HandoffNote) => readonly HandoffNote[],
): HandoffNotes => {
  let kept: readonly HandoffNote[] = [];
  return {
    put: async (_, note) => {
      encodeNote(note);
      kept = keep(kept, note);
    },
    read: async () => kept,
  };
};

describe('fails for a store that', () => {
  it.each<[string, (store: MemoryHandoff) => Partial<HandoffStore>, RegExp]>([
    [
      'drops who wrote a snapshot',
      (store) => ({ publish: ({ writer: _, ...rest }) => store.publish(rest) }),
      /`fetch` gave 1 entries after a snapshot of residence unknown was published/,
    ],
    [
      'drops where the guest stood',
      (store) => ({ publish: ({ residence: _, ...rest }) => store.publish(rest) }),
      /after a snapshot of residence arrived was published/,
    ],
    [
      'keeps what an earlier snapshot said',
      (store) => ({ publish: (snapshot) => store.publish({ residence: 'resident', ...snapshot }) }),
      /after a snapshot of residence unknown was published/,
    ],
    [
      'tells heads without their time',
      (store) => ({
        ownersOf: async (macs) => (await store.ownersOf(macs)).map(({ writtenAt: _, ...head }) => head),
      }),
      /`ownersOf` of a second NIC gave .*with its `writtenAt` and its `writer`/,
    ],
    [
      'takes learned MACs for primary ones',
      (store) => ({ ownersOf: () => store.ofHost('A') }),
      /`ownersOf` of no MACs gave/,
    ],
    ['takes every host for any', (store) => ({ ofHost: () => store.ofHost('A') }), /`ofHost` of 'B' gave/],
    ['has no name', () => ({ name: '' }), /`name` is : a text of 1 to 64 characters is wanted/],
    ['takes next to nothing', () => ({ maxEntryBytes: 100 }), /`maxEntryBytes` is 100: a whole number/],
    [
      'takes less than it says',
      () => ({ maxEntryBytes: 1 << 20, ...bounded(new MemoryHandoff({ maxEntryBytes: 1 << 19 })) }),
      /`publish` of host A failed: HERALD_HANDOFF_TOO_LARGE/,
    ],
    [
      'drops a snapshot for one that it does not take',
      (store) => ({
        maxEntryBytes: 1 << 20,
        publish: async (snapshot) => {
          if (JSON.stringify(snapshot).length > 1 << 20) {
            await store.remove(snapshot.guest, snapshot.host);
            throw new HeraldError('HERALD_HANDOFF_TOO_LARGE', 'no');
          }
          await store.publish(snapshot);
        },
      }),
      /after a snapshot above the bound was published/,
    ],
    [
      'keeps every note',
      () => ({ notes: notesOf((kept, note) => [...kept, note]) }),
      /after 19 were put: 16 notes are wanted/,
    ],
    [
      'keeps no note',
      () => ({ notes: notesOf(() => []) }),
      /`notes.read` gave \[\] after three were put: 3 notes are wanted/,
    ],
    [
      'gives notes in the order in which they came',
      () => ({ notes: notesOf((kept, note) => [...kept, note].slice(-16)) }),
      /after three were put: 3 notes are wanted, as they were put and in the order of `writtenAt`/,
    ],
    [
      'takes the time of the writer for its own',
      (store) => ({
        fetch: async (guest) =>
          (await store.fetch(guest)).map((entry) =>
            'snapshot' in entry
              ? { ...entry, ageMs: Math.max(0, Date.now() - (entry.snapshot.writtenAt ?? Date.now())) }
              : entry,
          ),
      }),
      /gave an `ageMs` of \d+(\.\d+)? right after the entry was published with a `writtenAt` of 0/,
    ],
    [
      'has entries from the future',
      (store) => ({
        fetch: async (guest) => (await store.fetch(guest)).map((entry) => ({ ...entry, ageMs: -1 })),
      }),
      /gave an entry with an `ageMs` of -1/,
    ],
    [
      'overflows its stack',
      (store) => ({
        publish: async (snapshot) => {
          JSON.stringify(snapshot);
          await store.publish(snapshot);
        },
      }),
      /of a state nested 100000 deep failed with RangeError/,
    ],
  ])('%s', async (_, over, complaint) => {
    const { cases } = handoffStoreContract({
      open: async () => {
        const store = new MemoryHandoff();
        const sound: HandoffStore = {
          publish: (snapshot) => store.publish(snapshot),
          fetch: (guest) => store.fetch(guest),
          name: store.name,
          maxEntryBytes: store.maxEntryBytes,
          notes: store.notes,
          ownersOf: (macs) => store.ownersOf(macs),
          ofHost: (host) => store.ofHost(host),
          watch: (guest, changed) => store.watch(guest, changed),
          remove: (guest, host) => store.remove(guest, host),
        };
        return { store: { ...sound, ...over(store) }, close: async () => {} };
      },
      noSpoil: 'memory does not break',
      limitMs: 200,
    });
    const complaints: string[] = [];
    for (const { run, skip } of cases) {
      if (skip === undefined) await run().catch((error: Error) => complaints.push(error.message));
    }
    expect(complaints).toContainEqual(expect.stringMatching(complaint));
  });
});
