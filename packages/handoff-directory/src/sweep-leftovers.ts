import { lstat, opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLeftover } from './entry-name.js';

/** An unfinished file that nobody wrote to for so long belongs to a writer that died, ms. */
export const LEFTOVER_MS = 60_000;

/**
 * Removes what earlier writers of a host left unfinished. One that was just written to is left alone: another agent
 * under this host name may be alive, here or on another machine. Whether any of those are there.
 */
export const sweepLeftovers = async (
  directory: string,
  host: string,
  writer: string,
  ageOf: (stored: number) => number,
): Promise<boolean> => {
  let young = false;
  for await (const { name } of await opendir(directory)) {
    if (!isLeftover(name, host, writer)) continue;
    const path = join(directory, name);
    const stats = await lstat(path).catch(() => undefined);
    if (stats === undefined) continue; // its writer is done with it
    if (ageOf(stats.mtimeMs) < LEFTOVER_MS) young = true;
    else await rm(path, { force: true }).catch(() => undefined); // it harms nobody
  }
  return young;
};
