import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '@nic-herald/core';
import { waitUntil } from '../lab/wait-until.js';

/** What has a hand-off directory: a rig. */
export interface HandoffPlace {
  readonly handoff: string;
}

/** An entry as it stands in its file, whoever wrote it. */
export type Entry = Pick<Snapshot, 'format' | 'epoch' | 'writtenAt' | 'residence'> & {
  readonly guest: string;
  readonly host: string;
  readonly nics: readonly EntryNic[];
};

interface EntryNic {
  readonly id: string;
  readonly primaryMac: string;
  readonly model: string;
  readonly state?: unknown;
  readonly learned: readonly EntryStation[];
}

interface EntryStation {
  readonly station: { readonly mac: string; readonly vlan?: number };
  readonly ageMs: number;
}

/** The file of a host's entry for a guest. */
export function entryFile(rig: HandoffPlace, guest: string, host: string): string {
  return join(rig.handoff, `${encodeURIComponent(guest)}@${host}.json`);
}

/** A host's entry for a guest as text; empty while there is none. */
export async function entryText(rig: HandoffPlace, guest: string, host: string): Promise<string> {
  return readFile(entryFile(rig, guest, host), 'utf8').catch(() => '');
}

/** The same, read; undefined while there is none. */
export async function entryOf(rig: HandoffPlace, guest: string, host: string): Promise<Entry | undefined> {
  const text = await entryText(rig, guest, host);
  return text === '' ? undefined : (JSON.parse(text) as Entry);
}

/** Waits until a host's entry for a guest is there and has these words in it. */
export async function published(
  rig: HandoffPlace,
  guest: string,
  host: string,
  words: readonly string[] = [],
): Promise<Entry> {
  const what = `${host} to hand over ${[guest, ...words].join(', ')}`;
  return waitUntil(what, { timeoutMs: 8000, everyMs: 20 }, async () => {
    const text = await entryText(rig, guest, host);
    return text !== '' && words.every((word) => text.includes(word))
      ? (JSON.parse(text) as Entry)
      : undefined;
  });
}

/** Writes an entry as if its host had, whole or not at all. */
export async function writeEntry(rig: HandoffPlace, entry: Entry): Promise<void> {
  await writeWhole(entryFile(rig, entry.guest, entry.host), JSON.stringify(entry));
}

/** Makes an entry older than it is: its file's time, and what it says itself of when it was written. */
export async function ageEntry(rig: HandoffPlace, guest: string, host: string, byMs: number): Promise<void> {
  const entry = JSON.parse(await entryText(rig, guest, host)) as Entry;
  const file = entryFile(rig, guest, host);
  const { writtenAt } = entry;
  if (writtenAt !== undefined) await writeEntry(rig, { ...entry, writtenAt: writtenAt - byMs });
  const { mtimeMs } = await stat(file);
  const at = (mtimeMs - byMs) / 1000;
  await utimes(file, at, at);
}

/** Removes all that was handed over. */
export async function clearHandoff(rig: HandoffPlace): Promise<void> {
  const names = await readdir(rig.handoff);
  await Promise.all(names.map((name) => rm(join(rig.handoff, name))));
}

/** Puts a text in the place of a file, whole or not at all. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.staged`, text);
  await rename(`${file}.staged`, file);
}

/** An entry of host A for a guest with one card, without what newer versions write besides. */
export function plainEntry(parts: {
  readonly guest: string;
  readonly host?: string;
  readonly epoch?: number;
  readonly primaryMac: string;
  readonly learned?: readonly string[];
}): Entry {
  const { guest, host = 'A', epoch = 1, primaryMac, learned = [] } = parts;
  const stations = learned.map((mac) => ({ station: { mac }, ageMs: 0 }));
  const nic = { id: 'nic0', primaryMac, model: 'primary-mac', learned: stations };
  return { format: 1, guest, host, epoch, nics: [nic] };
}
