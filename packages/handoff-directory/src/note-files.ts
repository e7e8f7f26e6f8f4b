import { lstat, opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type GuestKey,
  type HandoffNote,
  isHeraldError,
  MAX_NOTE_BYTES,
  MAX_NOTES_PER_GUEST,
  NOTE_KEPT_MS,
  parseNote,
} from '@nic-herald/core';
import { eachOf } from './each-of.js';
import { guestPrefix, isEntryName, noteName, noteTimeOf } from './entry-name.js';
import type { EntryWriter } from './entry-writer.js';
import { readBounded } from './read-entry.js';

/** Most files of one guest that are looked at: more than hosts that write at a time leave. */
const MOST_LOOKED_AT = 8 * MAX_NOTES_PER_GUEST;

interface NoteFile {
  readonly name: string;
  /** How long ago it was stored, ms. */
  readonly ageMs: number;
}

/** The notes of guests as files beside their entries, one each. */
export class NoteFiles {
  constructor(
    private readonly directory: string,
    private readonly writer: EntryWriter,
    private readonly ageOf: (stored: number) => number,
  ) {}

  /** Writes a note, and makes room for it. */
  async write(guest: GuestKey, note: HandoffNote, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const name = noteName(guest, note);
    await this.writer.write(name, note.host, bytes, signal);
    const { notes } = await this.look(guest);
    const others = notes.filter((each) => each.name !== name);
    const young = others.filter(({ ageMs }) => ageMs <= NOTE_KEPT_MS);
    const kept = new Set(young.slice(0, MAX_NOTES_PER_GUEST - 1));
    await this.removeAll(others.filter((each) => !kept.has(each)));
  }

  /** The notes that can be read and are not too old; what is none is left out. */
  async read(guest: GuestKey): Promise<readonly HandoffNote[]> {
    const { notes } = await this.look(guest);
    const young = notes.filter(({ ageMs }) => ageMs <= NOTE_KEPT_MS).slice(0, MAX_NOTES_PER_GUEST);
    const read = await eachOf(young, ({ name }) => this.readOne(guest, name));
    return read.filter((note) => note !== undefined).sort((a, b) => a.writtenAt - b.writtenAt);
  }

  /** Removes what is too old; all of it where the guest has no entry any more. */
  async tidy(guest: GuestKey): Promise<void> {
    const { notes, hasEntries } = await this.look(guest);
    await this.removeAll(hasEntries ? notes.filter(({ ageMs }) => ageMs > NOTE_KEPT_MS) : notes);
  }

  /** The notes of a guest, the youngest first, and whether it has entries. */
  private async look(
    guest: GuestKey,
  ): Promise<{ readonly notes: readonly NoteFile[]; readonly hasEntries: boolean }> {
    const prefix = guestPrefix(guest);
    const names: string[] = [];
    let hasEntries = false;
    for await (const { name } of await opendir(this.directory, { bufferSize: 256 })) {
      if (!name.startsWith(prefix)) continue;
      if (isEntryName(name)) hasEntries = true;
      else if (noteTimeOf(name) !== undefined && names.length < MOST_LOOKED_AT) names.push(name);
    }
    const found = await eachOf(names, async (name): Promise<NoteFile | undefined> => {
      const stats = await lstat(join(this.directory, name)).catch(() => undefined);
      return stats && { name, ageMs: this.ageOf(stats.mtimeMs) };
    });
    const notes = found
      .filter((each) => each !== undefined)
      .sort((a, b) => a.ageMs - b.ageMs || (noteTimeOf(b.name) ?? 0) - (noteTimeOf(a.name) ?? 0));
    return { notes, hasEntries };
  }

  private async readOne(guest: GuestKey, name: string): Promise<HandoffNote | undefined> {
    try {
      const { bytes } = await readBounded(join(this.directory, name), MAX_NOTE_BYTES);
      const note = parseNote(bytes);
      return isHeraldError(note) || noteName(guest, note) !== name ? undefined : note;
    } catch {
      return undefined; // gone meanwhile, or nothing that can be read: no note of anybody
    }
  }

  private async removeAll(notes: readonly NoteFile[]): Promise<void> {
    // One that cannot be removed does no harm: it is too old to be read, or will be.
    await eachOf(notes, ({ name }) => rm(join(this.directory, name), { force: true }).catch(() => undefined));
  }
}
