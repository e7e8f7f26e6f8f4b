import { lstat, mkdir, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { HeraldError, MAX_SOCKET_PATH_BYTES } from '@nic-herald/core';
import type { LocalPurpose } from './local-purpose.js';

/** How long a listener may take to accept, ms. */
const PROBE_TIMEOUT_MS = 1000;

/** Throws `codes.path` where the system has no room for a path. */
const checkSocketPath = (path: string, { what, option, codes }: LocalPurpose): void => {
  const length = Buffer.byteLength(path);
  if (length <= MAX_SOCKET_PATH_BYTES) return;
  throw new HeraldError(
    codes.path,
    `${what}'s path has ${length} bytes, a unix socket's at most ${MAX_SOCKET_PATH_BYTES}: give a shorter one with ${option}`,
    { details: { path, length } },
  );
};

/**
 * Makes way for a unix socket: its path is short enough, its directory exists and no other user can write to it, and nothing
 * listens at the path. The socket of a process that died is removed; one that answers is `codes.busy`.
 */
export const claimSocket = async (path: string, purpose: LocalPurpose): Promise<void> => {
  checkSocketPath(path, purpose);
  await claimDirectory(dirname(path), purpose);
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new HeraldError(
      purpose.codes.path,
      `${path} is no socket: remove it, or give another path with ${purpose.option}`,
      { details: { path } },
    );
  }
  if (await someoneListens(path)) throw isBusy(path, purpose);
  // Not rm: in Node 20.20 rm of a socket makes every later import() stop resolving symbolic links.
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
};

/** Somebody answers at this path, or address. */
export const isBusy = (place: string, purpose: LocalPurpose, cause?: unknown): HeraldError => {
  const { rival, option, apart = `another ${option}`, codes } = purpose;
  return new HeraldError(codes.busy, `${rival} answers at ${place}: stop it, or give this one ${apart}`, {
    cause,
    details: { path: place },
  });
};

const claimDirectory = async (directory: string, { what, option, codes }: LocalPurpose): Promise<void> => {
  const refuse = (problem: string, cause?: unknown): HeraldError =>
    new HeraldError(
      codes.directory,
      `the directory of ${what}, ${directory}, ${problem}; give another one with ${option}`,
      { details: { directory }, cause },
    );
  try {
    await mkdir(directory, { mode: 0o700 }); // with no parents: Node.js spins where /proc has no room for one
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw refuse('cannot be made', error);
  }
  const mine = process.geteuid?.() ?? 0;
  const named = await lstat(directory);
  const meant = await stat(directory); // another one where the name is a symbolic link
  if (!meant.isDirectory()) throw refuse('is no directory');
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
