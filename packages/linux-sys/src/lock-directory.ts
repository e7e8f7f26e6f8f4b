import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { LinuxError } from './linux-error.js';

/** Where agents have what goes with the machine. */
const SYSTEM_DIRECTORY = '/run/nic-herald';

/** A process that wants locks. */
export interface LockUser {
  /** Effective user id; 0 is root. */
  readonly uid: number;
  /** The environment, for `XDG_RUNTIME_DIR`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The directory of locks, made where it is missing: `/run/nic-herald/locks`, or where there is no `/run/nic-herald` and this user can
 * make none, `nic-herald/locks` in the user's runtime directory. Only its owner can look into it, so no other user takes a lock.
 *
 * Throws HERALD_LOCK_DIRECTORY where a part of it is another user's, a symbolic link, open to others, or cannot be made.
 */
export const lockDirectory = ({ uid, env }: LockUser, system = SYSTEM_DIRECTORY): string => {
  const runtime = env['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}`;
  const places = [system, ...(runtime.startsWith('/') ? [join(runtime, 'nic-herald')] : [])];
  const parent = places.find((place) => mayBe(place)) ?? system;
  const directory = join(parent, 'locks');
  try {
    make(parent);
    sound(lstatSync(parent), parent, [0, uid], 0o022);
    make(directory);
    sound(lstatSync(directory), directory, [uid], 0o077);
    return directory;
  } catch (error) {
    if (error instanceof LinuxError) throw error;
    throw new LinuxError(
      'HERALD_LOCK_DIRECTORY',
      `the directory of locks ${directory} cannot be used (${String(codeOf(error))}): make it for user ${uid}, with mode 700`,
      { cause: error, details: { path: directory } },
    );
  }
};

/** Whether something is there, or can be made there. */
const mayBe = (directory: string): boolean => {
  try {
    make(directory);
    return true;
  } catch {
    return false;
  }
};

const make = (directory: string): void => {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
};

/** Throws HERALD_LOCK_DIRECTORY where it is no directory, of none of these users, or open to others. */
const sound = (
  found: Pick<Stats, 'isDirectory' | 'isSymbolicLink' | 'uid' | 'mode'>,
  path: string,
  owners: readonly number[],
  closedBits: number,
): void => {
  const refuse = (what: string): never => {
    throw new LinuxError(
      'HERALD_LOCK_DIRECTORY',
      `${path} ${what}, so another user could take locks of nic-herald: remove it, or run the agent as the user who has it`,
      { details: { path, uid: found.uid, mode: (found.mode & 0o7777).toString(8) } },
    );
  };
  if (found.isSymbolicLink()) refuse('is a symbolic link');
  if (!found.isDirectory()) refuse('is no directory');
  if (!owners.includes(found.uid)) refuse(`belongs to user ${found.uid}, not to ${owners.at(-1)}`);
  if ((found.mode & closedBits) !== 0) {
    refuse(`has mode ${(found.mode & 0o7777).toString(8)}, open to others`);
  }
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
