import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { HeraldError } from '@nic-herald/core';

/** What a directory must be. */
export interface WantedDirectory {
  readonly path: string;
  /** It must lie on another file system than `/`. */
  readonly requireMount: boolean;
  /** Effective user id of the agent. */
  readonly uid: number;
}

/**
 * Why a hand-off may not go through this directory; `undefined` where it may. What lies there decides what is announced, so it
 * is the agent's user's or root's, and not everybody's to write to; a group may be given it. Rejects where this agent has not
 * the rights to read and write there.
 */
export const directoryFault = async (
  { path, requireMount, uid }: WantedDirectory,
  found: Stats,
): Promise<HeraldError | undefined> => {
  const fault = (problem: string): HeraldError =>
    new HeraldError('HERALD_HANDOFF_DIRECTORY', `the hand-off directory ${path} cannot be used: ${problem}`, {
      details: { directory: path },
    });
  if (!found.isDirectory()) return fault('it is no directory');
  if ((found.mode & 0o002) !== 0) {
    return fault('everybody can write to it (take that away with chmod o-w)');
  }
  if (found.uid !== uid && found.uid !== 0) {
    return fault(
      `it belongs to user ${found.uid}, and this agent runs as user ${uid}: give it to that user with chown`,
    );
  }
  if (requireMount && found.dev === (await stat('/')).dev) {
    return fault('nothing is mounted there (requireMount: true): mount the shared storage first');
  }
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  return undefined;
};
