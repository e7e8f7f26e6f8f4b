import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stamp } from './clock-difference.js';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** Asks the storage what time it is: writes a small file, sees which time it carries, and removes it again. */
export const probeStorage = async (directory: string, name: string, now: () => number): Promise<Stamp> => {
  const path = join(directory, name);
  const before = now();
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await file.writeFile('?');
    await file.sync(); // a network file system may stamp with this host's time what it only keeps in memory
    const { mtimeMs } = await file.stat();
    return { before, stored: mtimeMs, after: now() };
  } finally {
    await file.close();
    await rm(path, { force: true }).catch(() => undefined); // a later writer takes it for a leftover
  }
};
