import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stamp } from './clock-difference.js';
import { errnoOf } from './errno-of.js';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_DIRECTORY } = constants;

/**
 * Replaces a file as a whole: `temporary` is written and made durable in the same directory, and then takes
 * the place of `name`. Who reads meanwhile, and whoever reads after a crash at any moment, sees the old file
 * or the new. Once `signal` aborts, `name` is left as it was. Mode 0600. Resolves with the time that the storage
 * gave the file, between two of `now`.
 */
export const writeAtomically = async (
  directory: string,
  name: string,
  temporary: string,
  bytes: Uint8Array,
  { signal, now }: { readonly signal: AbortSignal; readonly now: () => number },
): Promise<Stamp> => {
  const path = join(directory, temporary);
  let stamp: Stamp;
  try {
    const before = now();
    const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await file.writeFile(bytes, { signal });
      await file.sync();
      const { mtimeMs } = await file.stat(); // once it is durable the time is the storage's, on NFS as well
      stamp = { before, stored: mtimeMs, after: now() };
    } finally {
      await file.close();
    }
    signal.throwIfAborted();
    await rename(path, join(directory, name));
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined); // the first error says more
    throw error;
  }
  await syncDirectory(directory);
  return stamp;
};

/** Makes what was renamed or removed in a directory outlast a crash. */
export const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, O_RDONLY | O_DIRECTORY);
  try {
    await handle.sync();
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error; // some network file systems have no such thing
  } finally {
    await handle.close();
  }
};
