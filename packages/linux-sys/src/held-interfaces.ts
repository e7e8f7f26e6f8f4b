import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { fileOfProcess } from './file-of-process.js';

/** A network interface that a process has open as a file: the way of a hypervisor to its guest's frames. */
export type HeldInterface =
  | { readonly fd: number; readonly kind: 'tap' /** As it is called now. */; readonly name: string }
  | {
      readonly fd: number;
      readonly kind: 'macvtap';
      /** Of the interface, by the name of the file alone: whoever mounts what it likes can have any. */
      readonly index: number;
      /** Number of the character device, as stat(2) tells: what the kernel says it is. */
      readonly device: number;
    };

/** Most descriptors of one process that are looked at. */
const MAX_DESCRIPTORS = 16_384;
/** Most looked at in one turn of the event loop, some 5 us each. */
const AT_ONCE = 64;
const DESCRIPTOR = /^\d{1,10}$/;
/** The ends of paths, since the root of the process may lie below ours (chroot). What is at the path is looked at besides. */
const TUN = '/dev/net/tun';
const MACVTAP = /\/dev\/tap(\d{1,10})$/;

/**
 * The taps and macvtaps that a process has open, or those of them behind some descriptors: a tap is `/dev/net/tun` and
 * names itself in /proc/PID/fdinfo (`iff:`), and a macvtap is `/dev/tap` with the interface's number. Each queue of a
 * multi-queue tap is one. Rejects with the system's own error (ENOENT: the process ended, told only where all are looked at;
 * EACCES: it is another user's, which takes CAP_SYS_PTRACE, and before Linux 5.14 CAP_DAC_READ_SEARCH besides).
 */
export const heldInterfaces = async (
  pid: number,
  only?: readonly number[],
): Promise<readonly HeldInterface[]> => {
  const descriptors = (only === undefined ? opened(pid) : [...new Set(only)]).slice(0, MAX_DESCRIPTORS);
  const held: HeldInterface[] = [];
  for (let first = 0; first < descriptors.length; first += AT_ONCE) {
    if (first > 0) await endOfTurn();
    for (const fd of descriptors.slice(first, first + AT_ONCE)) {
      const each = heldInterface(pid, fd);
      if (each !== undefined) held.push(each);
    }
  }
  return held;
};

// These reads of /proc never block. Node's thread pool would make them ten times as slow.

/** By fdinfo: unlike /proc/PID/fd it is open to a process that may trace this one. */
const opened = (pid: number): readonly number[] =>
  readdirSync(`/proc/${pid}/fdinfo`)
    .filter((name) => DESCRIPTOR.test(name))
    .map(Number);

const heldInterface = (pid: number, fd: number): HeldInterface | undefined => {
  const file = fileOfProcess(pid, fd, (path) => path.endsWith(TUN) || MACVTAP.test(path));
  if (file === undefined) return undefined;
  const { path, stats } = file;
  const macvtap = MACVTAP.exec(path)?.[1];
  if (macvtap !== undefined) {
    return stats.isCharacterDevice()
      ? { fd, kind: 'macvtap', index: Number(macvtap), device: stats.rdev }
      : undefined;
  }
  const name = interfaceName(pid, fd);
  return name === undefined ? undefined : { fd, kind: 'tap', name };
};

const interfaceName = (pid: number, fd: number): string | undefined => {
  try {
    return parseInterfaceName(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'));
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined; // closed meanwhile
    throw error;
  }
};

/** The interface in the text of a tun file's fdinfo; `undefined` where it is attached to none. */
export const parseInterfaceName = (fdinfo: string): string | undefined => /^iff:\t(.+)$/m.exec(fdinfo)?.[1];
