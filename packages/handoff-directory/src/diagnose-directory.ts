import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Finding } from '@nic-herald/core';
import { correctionOf, differenceOf } from './clock-difference.js';
import { clockWarning } from './clock-warning.js';
import { directoryFault } from './directory-fault.js';
import type { DirectoryHandoffOptions } from './directory-handoff-options.js';
import { probeName } from './entry-name.js';
import { errnoOf } from './errno-of.js';
import { isShared, mountOf } from './mount-of.js';
import { probeStorage } from './probe-storage.js';
import { unlessAborted } from './unless-aborted.js';

/** As for a running agent: a difference below this is not told, ms. */
const TOLD_MS = 2000;

/**
 * Whether the directory is there and can be used, where it lies, and whether its storage has this host's time, which
 * takes a small file for a moment. It makes no directory. Rejects where the signal aborts first.
 */
export const diagnoseDirectory = async (
  { directory, requireMount }: Pick<Required<DirectoryHandoffOptions>, 'directory' | 'requireMount'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> => {
  signal.throwIfAborted();
  return unlessAborted(examine(resolve(directory), requireMount), signal);
};

const examine = async (path: string, requireMount: boolean): Promise<readonly Finding[]> => {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    return [errnoOf(error) === 'ENOENT' ? missing(path) : unusable(path, error)];
  }
  try {
    const uid = process.geteuid?.() ?? 0;
    // root looks for an agent that may run as another user
    const fault = await directoryFault({ path, requireMount, uid: uid === 0 ? found.uid : uid }, found);
    if (fault !== undefined)
      return [{ level: 'problem', what: fault.message, code: 'HERALD_HANDOFF_DIRECTORY' }];
    const stamp = await probeStorage(path, probeName(randomUUID(), 1), () => Date.now());
    return [
      { level: 'ok', what: `${path} can be read and written` },
      ...(found.uid === 0 || found.uid === uid
        ? []
        : [
            {
              level: 'note',
              what: `it belongs to user ${found.uid}: the agent has to run as that user`,
            } as const,
          ]),
      ...(await whereItLies(path)),
      clockFinding(path, correctionOf(differenceOf(stamp))),
    ];
  } catch (error) {
    return [unusable(path, error)];
  }
};

/** An agent never makes it: where the storage is not mounted it would make what no other host sees. */
const missing = (path: string): Finding =>
  unusable(path, 'it is not there', `mount the shared storage, or make it: mkdir -m 700 ${path}`);

const unusable = (
  path: string,
  why: unknown,
  advice = 'look at its rights and its mount, or name another',
): Finding => ({
  level: 'problem',
  what: `${path} cannot be used: ${typeof why === 'string' ? why : (errnoOf(why) ?? String(why))}`,
  advice,
  code: 'HERALD_HANDOFF_DIRECTORY',
});

const whereItLies = async (path: string): Promise<readonly Finding[]> => {
  try {
    const mount = mountOf(await realpath(path), await readFile('/proc/self/mountinfo', 'utf8'));
    if (mount === undefined) return [];
    const where = `it lies on ${mount.type}, mounted at ${mount.point}`;
    return isShared(mount)
      ? [{ level: 'ok', what: where }]
      : [
          {
            level: 'note',
            what: `${where}: no other host sees it, unless that is storage which hosts share`,
            advice: 'for guests that move between machines name a directory that all of them see',
          },
        ];
  } catch {
    return []; // no Linux, or no /proc
  }
};

const clockFinding = (path: string, aheadMs: number): Finding =>
  Math.abs(aheadMs) > TOLD_MS
    ? { level: 'note', what: clockWarning(path, aheadMs).message, code: 'HERALD_HANDOFF_CLOCK' }
    : { level: 'ok', what: "its storage has this host's time" };
