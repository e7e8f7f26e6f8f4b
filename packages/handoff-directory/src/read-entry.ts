import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type HandoffEntry, HeraldError, isHeraldError, parseSnapshot } from '@nic-herald/core';
import { entryName, hostOfEntry } from './entry-name.js';
import { errnoOf } from './errno-of.js';
import { fileVersion } from './file-version.js';
import type { RecentEntries } from './recent-entries.js';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The file is gone. */
export const GONE = 'gone';

/**
 * Reads one entry: never more than `maxBytes` of it, never through a symbolic link, never waiting for a pipe.
 * Whatever is wrong with it is its problem and nobody else's; `GONE` where it was removed meanwhile. The file's time,
 * ms since 1970 UTC, is the storage's: `ageOf` tells how long ago that was.
 */
export const readEntry = async (
  directory: string,
  name: string,
  maxBytes: number,
  ageOf: (stored: number) => number,
  recent?: RecentEntries,
): Promise<HandoffEntry | typeof GONE> => {
  const file = join(directory, name);
  const host = hostOfEntry(name);
  try {
    const { bytes, stored, version, known } = await readBounded(file, maxBytes, (is) =>
      recent?.get(name, is),
    );
    const snapshot = known ?? parseSnapshot(parseJson(bytes, file));
    if (isHeraldError(snapshot)) {
      return {
        host,
        problem: new HeraldError(snapshot.code, `${file}: ${snapshot.message}. ${REWRITTEN}`, {
          details: { ...snapshot.details, file },
        }),
      };
    }
    if (entryName(snapshot.guest, snapshot.host) !== name) {
      return { host, problem: mismatch(file, snapshot) };
    }
    if (known === undefined) recent?.put(name, version, snapshot, bytes.length);
    return { host: snapshot.host, snapshot, ageMs: ageOf(stored) };
  } catch (error) {
    if (isHeraldError(error)) return { host, problem: error };
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return GONE;
    if (errno === 'ELOOP')
      return { host, problem: unreadable(file, 'it is a symbolic link', { cause: error }) };
    return { host, problem: unreadable(file, errno ?? String(error), { cause: error, errno }) };
  }
};

const REWRITTEN = 'Its host writes it again at the next change; to be rid of it, remove the file';

/** What a file holds. */
interface Held<T> {
  /** Empty where it is known by its version. */
  readonly bytes: Uint8Array;
  /** Its time, ms since 1970 UTC by the storage's clock. */
  readonly stored: number;
  /** See `fileVersion`: as of when it was opened, which is when a network file system looks whether it changed. */
  readonly version: string;
  readonly known?: T | undefined;
}

/**
 * The bytes of a regular file and its time; throws a HeraldError for what is none, or has more than `maxBytes`. What is
 * `known` of this version is not read again.
 */
export const readBounded = async <T>(
  file: string,
  maxBytes: number,
  known: (version: string) => T | undefined = () => undefined,
): Promise<Held<T>> => {
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw unreadable(file, 'it is no regular file');
    const size = Number(stats.size);
    if (size > maxBytes) throw tooLarge(file, size, maxBytes);
    const of = { stored: Number(stats.mtimeNs) / 1e6, version: fileVersion(stats) };
    const before = known(of.version);
    if (before !== undefined) return { ...of, bytes: new Uint8Array(), known: before };
    return { ...of, bytes: await readUpTo(handle, file, size, maxBytes) };
  } finally {
    await handle.close();
  }
};

/** Trusts the size for a first guess only: the file may grow while it is read. */
const readUpTo = async (
  handle: FileHandle,
  file: string,
  size: number,
  maxBytes: number,
): Promise<Uint8Array> => {
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
    length += bytesRead;
    if (bytesRead === 0) return bytes.subarray(0, length);
    if (length > maxBytes) throw tooLarge(file, length, maxBytes);
    if (length === bytes.length) {
      const larger = new Uint8Array(Math.min(2 * length, maxBytes + 1));
      larger.set(bytes);
      bytes = larger;
    }
  }
};

const parseJson = (bytes: Uint8Array, file: string): unknown => {
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch (error) {
    throw unreadable(file, 'it is no JSON', { cause: error });
  }
};

/** `errno`: the system refused it, and may let it be read later though the file stays as it is. */
const unreadable = (
  file: string,
  found: string,
  { errno, ...why }: { readonly errno?: string | undefined; readonly cause?: unknown } = {},
): HeraldError =>
  new HeraldError('HERALD_HANDOFF_UNREADABLE', `${file} cannot be read: ${found}. ${REWRITTEN}`, {
    details: { file, ...(errno === undefined ? {} : { errno }) },
    ...why,
  });

const tooLarge = (file: string, size: number, maxBytes: number): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_TOO_LARGE',
    `${file} has ${size} bytes or more, at most ${maxBytes} are read: look who wrote it; if it is a snapshot, ` +
      'raise maxFileBytes on every host',
    { details: { file, size, maxBytes } },
  );

const mismatch = (
  file: string,
  { guest, host }: { readonly guest: string; readonly host: string },
): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_MISMATCH',
    `${file} holds the snapshot of another guest or host (guest ${guest}, written by ${host}): it was copied or ` +
      'renamed, and is not used. Remove the file',
    { details: { file, guest, host } },
  );
