import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSnapshot, type Snapshot } from '@nic-herald/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keyOf, snapshotOf, web } from '../test/handoff-fixture.js';
import { encodeSnapshot } from './encode-snapshot.js';
import { entryName, guestPrefix, noteName } from './entry-name.js';
import { readEntry } from './read-entry.js';

/** An entry as commit 02f8cb8 wrote it, byte for byte. */
const GOLDEN = fileURLToPath(new URL('../test/golden/entry-of-02f8cb8.json', import.meta.url));
/** All that 02f8cb8 asks of a snapshot; it drops every other member. */
const REQUIRED = ['format', 'guest', 'host', 'epoch', 'nics'];
const ORIGIN = {
  writtenAt: 1_700_000_000_000,
  writer: { agent: '4f1c' },
  process: { bootId: '6f1f2c1e', pid: 4711, startTicks: 81_234 },
  residence: 'leaving',
  moves: [1_600_000_000_000, 1_700_000_000_000],
} as const;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'herald-older-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const read = () => readEntry(directory, entryName(web, 'a'), 65_536, () => 7);

it('reads all of what an older version wrote, and no member of a later one', async () => {
  await copyFile(GOLDEN, join(directory, entryName(web, 'a')));
  const written = JSON.parse(await readFile(GOLDEN, 'utf8')) as Snapshot;
  expect(await read()).toStrictEqual({ host: 'a', snapshot: written, ageMs: 7 });
  expect(Object.keys(written)).toEqual(REQUIRED);
  expect(written.nics.map(({ learned }) => learned.length)).toEqual([2, 0]);
});

it('writes what an older version reads: its members as they were, the later ones beside them', () => {
  const snapshot: Snapshot = { ...snapshotOf(web, 'a', 3), ...ORIGIN };
  const text = new TextDecoder().decode(encodeSnapshot(snapshot, 65_536));
  const document = JSON.parse(text) as Record<string, unknown>;
  expect(new Set(Object.keys(document))).toEqual(new Set([...REQUIRED, ...Object.keys(ORIGIN)]));
  const { writtenAt, writer, process, residence, moves, ...seenByOlder } = document;
  expect({ writtenAt, writer, process, residence, moves }).toEqual(ORIGIN);
  expect(seenByOlder).toEqual(JSON.parse(JSON.stringify(snapshotOf(web, 'a', 3))));
});

it('writes notes that an older version takes for nothing of its own, however long the names are', () => {
  const entry = /^([A-Za-z0-9_%~-]{1,120})@([A-Za-z0-9_%~-]{1,120})\.json$/;
  const leftover = /^\.([A-Za-z0-9_%~-]{1,120})\.([a-z0-9-]{1,60})\.\d{1,16}\.tmp$/;
  for (const guest of [web, keyOf('name:.x.json'), keyOf(`name:${'é'.repeat(256)}`)]) {
    for (const host of ['a', '../b', 'h'.repeat(128)]) {
      const name = noteName(guest, { host, kind: 'k'.repeat(32), writtenAt: 8.64e15 });
      expect([entry.test(name), leftover.test(name)]).toEqual([false, false]);
      expect(name.startsWith(guestPrefix(guest))).toBe(true); // a watcher of any version hears of it
      expect(name.length).toBeLessThan(200);
    }
  }
});

it('drops members of a version to come, as an older one drops those of this', async () => {
  const snapshot: Snapshot = { ...snapshotOf(web, 'a', 3), ...ORIGIN };
  const later = {
    ...snapshot,
    mood: 'good',
    writer: { ...ORIGIN.writer, version: 9 },
    nics: snapshot.nics.map((nic) => ({ ...nic, colour: 'red' })),
  };
  await writeFile(join(directory, entryName(web, 'a')), JSON.stringify(later));
  expect(await read()).toStrictEqual({ host: 'a', snapshot, ageMs: 7 });
  expect(parseSnapshot(later)).toStrictEqual(snapshot);
});
