import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Finding } from '@nic-herald/core';
import { correctionOf, differenceOf } from './clock-difference.js';
import { clockWarning } from './clock-warning.js';
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
  directory: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> => {
  signal.throwIfAborted();
  return unlessAborted(examine(resolve(directory)), signal);
};

const examine = async (path: string): Promise<readonly Finding[]> => {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    return [errnoOf(error) === 'ENOENT' ? await missing(path) : unusable(path, error)];
  }
  if (!found.isDirectory()) return [unusable(path, 'it is no directory')];
  if ((found.mode & 0o002) !== 0) {
    return [unusable(path, 'everybody can write to it', 'take that away with chmod o-w')];
  }
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    const stamp = await probeStorage(path, probeName(randomUUID(), 1), () => Date.now());
    return [
      { level: 'ok', what: `${path} can be read and written` },
      ...(await whereItLies(path)),
      clockFinding(path, correctionOf(differenceOf(stamp))),
    ];
  } catch (error) {
    return [unusable(path, error)];
  }
};

/** An agent makes it, where it may: the nearest directory above must let it. */
const missing = async (path: string): Promise<Finding> => {
  for (let above = dirname(path); ; above = dirname(above)) {
    try {
      await access(above, constants.W_OK | constants.X_OK);
      return { level: 'note', what: `${path} is not there; an agent makes it when it starts` };
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || above === dirname(above)) return unusable(path, error);
    }
  }
};

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
