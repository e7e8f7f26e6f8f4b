import { lstat, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { HeraldError } from '@nic-herald/core';
import { makeDirectory } from './make-directory.js';

/** How long a listener may take to accept, ms. */
const PROBE_TIMEOUT_MS = 1000;

/**
 * Makes way for a control socket: its directory exists and is nobody else's to write to, and nothing listens
 * at the path. The socket of an agent that died is removed; one that answers is HERALD_CONTROL_BUSY.
 */
export const claimSocket = async (path: string): Promise<void> => {
  await claimDirectory(dirname(path));
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new HeraldError(
      'HERALD_CONTROL_PATH',
      `${path} is no socket: remove it, or give another path with --control`,
      { details: { path } },
    );
  }
  if (await someoneListens(path)) {
    throw new HeraldError(
      'HERALD_CONTROL_BUSY',
      `another agent answers at ${path}: stop it, or give this one another --host or --control`,
      { details: { path } },
    );
  }
  // Not rm: in Node 20.20 rm of a socket makes every later import() stop resolving symbolic links.
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
};

const claimDirectory = async (directory: string): Promise<void> => {
  const refuse = (problem: string, cause?: unknown): HeraldError =>
    new HeraldError(
      'HERALD_CONTROL_DIRECTORY',
      `the directory of the control socket, ${directory}, ${problem}; give another one with --control`,
      { details: { directory }, cause },
    );
  try {
    await makeDirectory(directory, 0o700);
  } catch (error) {
    throw refuse('cannot be made', error);
  }
  const mine = process.geteuid?.() ?? 0;
  const named = await lstat(directory);
  const meant = await stat(directory); // another one where the name is a symbolic link
  const stranger = [named.uid, meant.uid].find((uid) => uid !== mine && uid !== 0);
  if (stranger !== undefined) throw refuse(`belongs to user ${stranger}, who could put another socket there`);
  // with the sticky bit (/tmp) others cannot rename or remove what is ours
  if ((meant.mode & 0o022) !== 0 && (meant.mode & 0o1000) === 0) {
    throw refuse('can be written to by other users');
  }
};

/** Whether a process accepts connections at a unix socket. */
export const someoneListens = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const done = (listens: boolean) => (): void => {
      socket.destroy();
      resolve(listens);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, done(true));
    socket.once('connect', done(true));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'EAGAIN')());
  });
