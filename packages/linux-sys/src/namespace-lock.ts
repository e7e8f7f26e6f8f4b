import {
  closeSync,
  constants as fs,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { libc } from './libc.js';
import { SystemCallError } from './linux-error.js';
import { lockDirectory } from './lock-directory.js';
import { networkNamespace } from './network-namespace.js';

const LOCK_EX = 2;
const LOCK_NB = 4;
/** How often a lock is tried whose file its holder removes at that moment. */
const ATTEMPTS = 10;
/** A holder writes two numbers. */
const MOST_HOLDER_BYTES = 32;

/** A lock that was obtained; it ends with `release` or with the process, however that dies. */
export interface NamespaceLock {
  release(): void;
}

/** The process that has a lock, by its own word; `unknown` in the moment in which it has not yet said so. */
export type LockHolder = { readonly pid: number; readonly uid: number } | 'unknown';

/** The holder of a lock in a sentence. */
export const lockHolderText = (holder: LockHolder): string =>
  holder === 'unknown' ? 'another process' : `process ${holder.pid} of user ${holder.uid}`;

/**
 * Takes a lock of which there is one per network namespace: a locked file (flock(2)) in a directory that only this
 * user can look into, see `lockDirectory`. So no other user can take it, and who dies gives it back; a file that a killed process
 * left is no lock. Agents that do not share /run do not meet.
 *
 * Returns the holder where another has it. Throws SystemCallError, HERALD_LOCK_DIRECTORY, or the system's own error where the
 * file cannot be made.
 */
export const acquireNamespaceLock = (
  name: string,
  directory = lockDirectory({ uid: process.geteuid?.() ?? 0, env: process.env }),
): NamespaceLock | { readonly heldBy: LockHolder } => {
  const namespace = networkNamespace().replace(/\D/g, '');
  const path = join(directory, `${namespace}-${name.replace(/[^A-Za-z0-9.]/g, '-')}.lock`);
  for (let attempt = 1; ; attempt++) {
    // never through a symbolic link, and not inherited by what this process starts
    const fd = openSync(path, fs.O_RDWR | fs.O_CREAT | fs.O_NOFOLLOW, 0o600);
    try {
      if (libc().flock(fd, LOCK_EX | LOCK_NB) !== 0) {
        const errno = libc().errno();
        if (errno !== constants.errno.EAGAIN)
          throw new SystemCallError('flock', errno, `take the lock ${name}`);
        const heldBy = holderIn(fd);
        closeSync(fd);
        return { heldBy };
      }
      if (isStill(fd, path)) return held(fd, path);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd); // its holder had just removed the file, which is nobody's way to this lock any more
    if (attempt === ATTEMPTS)
      throw new SystemCallError('flock', constants.errno.EAGAIN, `take the lock ${name}`);
  }
};

/** The lock in our hands, with our name in it. */
const held = (fd: number, path: string): NamespaceLock => {
  ftruncateSync(fd);
  writeSync(fd, `${process.pid} ${process.geteuid?.() ?? 0}\n`, 0);
  let isHeld = true;
  return {
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      try {
        if (isStill(fd, path)) unlinkSync(path); // before it is given back: after that it may be another's
      } finally {
        closeSync(fd);
      }
    },
  };
};

/** Whether a path still leads to an open file. */
const isStill = (fd: number, path: string): boolean => {
  const there = statSync(path, { throwIfNoEntry: false });
  const { ino, dev } = fstatSync(fd);
  return there?.ino === ino && there.dev === dev;
};

const holderIn = (fd: number): LockHolder => {
  const text = Buffer.alloc(MOST_HOLDER_BYTES);
  const length = readSync(fd, text, 0, text.length, 0);
  const [, pid, uid] = /^(\d{1,10}) (\d{1,10})\n/.exec(text.toString('latin1', 0, length)) ?? [];
  return pid === undefined ? 'unknown' : { pid: Number(pid), uid: Number(uid) };
};
