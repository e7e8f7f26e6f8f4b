import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeNote, type HandoffNote, MAX_NOTES_PER_GUEST, NOTE_KEPT_MS } from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keyOf, MAC, ManualClock, options, snapshotOf, web } from '../test/handoff-fixture.js';
import { DirectoryHandoff } from './directory-handoff.js';
import { entryName, noteName } from './entry-name.js';

let directory: string;
let clock: ManualClock;
let store: DirectoryHandoff;
let warnings: number;

const noteOf = (over: Partial<HandoffNote> = {}): HandoffNote => ({
  host: 'a',
  kind: 'seen',
  writtenAt: 1_700_000_000_000.5,
  body: ['x'],
  ...over,
});
const put = (over: Partial<HandoffNote> = {}): Promise<void> => store.notes.put(web, noteOf(over), options);
const times = async (): Promise<readonly number[]> =>
  (await store.notes.read(web, options)).map(({ writtenAt }) => writtenAt);
/** Makes a file as old as that. */
const age = async (name: string, agoMs: number): Promise<void> => {
  const at = (Date.now() - agoMs) / 1000;
  await utimes(join(directory, name), at, at);
};
const noteFiles = async (): Promise<readonly string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.note'));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'herald-notes-'));
  clock = new ManualClock();
  warnings = 0;
  const bus = new IsolatingEventBus();
  bus.on('warning', () => {
    warnings += 1;
  });
  store = new DirectoryHandoff({ directory, maxFileBytes: 65_536, maxEntries: 2, pollMs: 250 }, clock, bus);
  await store.start(options);
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

it.each<[string, (path: string) => Promise<unknown>]>([
  ['is no JSON', (path) => writeFile(path, '{')],
  ['is too large', (path) => writeFile(path, `"${'x'.repeat(2000)}"`)],
  ['is another note', (path) => writeFile(path, encodeNote(noteOf({ kind: 'other' })))],
  ['is a link', (path) => symlink('/etc/hostname', path)],
  ['is a directory', (path) => mkdir(path)],
])('leaves out what %s, and hides no other', async (_, make) => {
  await put({ writtenAt: 1 });
  await make(join(directory, noteName(web, noteOf({ writtenAt: 2 }))));
  expect([await times(), warnings]).toEqual([[1], 0]);
});

it('shows notes to those who read entries as nothing, and counts none as an entry', async () => {
  for (let writtenAt = 0; writtenAt < 5; writtenAt += 1) await put({ writtenAt });
  await store.publish(snapshotOf(web, 'a'), options);
  await store.publish(snapshotOf(web, 'b'), options);
  expect(await store.fetch(web, options)).toHaveLength(2);
  expect(await store.ownersOf([MAC], options)).toHaveLength(2);
  expect(await store.ofHost('a', options)).toHaveLength(1);
  expect(warnings).toBe(0);
});

it('reads no note that is too old, and the next one takes it away', async () => {
  for (const writtenAt of [1, 2]) await put({ writtenAt });
  await age(noteName(web, noteOf({ writtenAt: 1 })), NOTE_KEPT_MS + 1000);
  await age(noteName(web, noteOf({ writtenAt: 2 })), NOTE_KEPT_MS - 10_000);
  expect(await times()).toEqual([2]);
  expect(await noteFiles()).toHaveLength(2);
  await put({ writtenAt: 3 });
  expect([await times(), (await noteFiles()).length]).toEqual([[2, 3], 2]);
});

it('judges their age by the clock of the storage', async () => {
  clock.ahead = 3_600_000;
  store = new DirectoryHandoff(
    { directory, maxFileBytes: 65_536, maxEntries: 2, pollMs: 250 },
    clock,
    new IsolatingEventBus(),
  );
  await store.start(options);
  await put({ writtenAt: 1 });
  expect(await times()).toEqual([1]);
});

it('makes room by those stored first, whatever their own time says', async () => {
  for (let writtenAt = 1; writtenAt <= MAX_NOTES_PER_GUEST; writtenAt += 1) {
    await put({ writtenAt });
    await age(noteName(web, noteOf({ writtenAt })), 100_000 - 1000 * writtenAt);
  }
  await put({ writtenAt: 0 });
  expect(await times()).toEqual([0, ...Array.from({ length: MAX_NOTES_PER_GUEST - 1 }, (_, n) => n + 2)]);
  expect(await noteFiles()).toHaveLength(MAX_NOTES_PER_GUEST);
});

it('goes with the last entry of its guest alone', async () => {
  const db = keyOf('name:db');
  await store.publish(snapshotOf(web, 'a'), options);
  await store.publish(snapshotOf(web, 'b'), options);
  await store.publish(snapshotOf(db, 'a'), options);
  await put();
  await store.notes.put(db, noteOf(), options);
  await store.remove(web, 'a', options);
  expect(await times()).toHaveLength(1);
  await store.remove(web, 'b', options);
  expect(await times()).toEqual([]);
  expect(await store.notes.read(db, options)).toHaveLength(1);
  expect(new Set(await readdir(directory))).toEqual(new Set([entryName(db, 'a'), noteName(db, noteOf())]));
});
