import { readlinkSync, type Stats, statSync } from 'node:fs';
import { constants } from 'node:os';
import { FileDescriptor } from './file-descriptor.js';
import { checked, libc } from './libc.js';
import { LinuxError, SystemCallError } from './linux-error.js';

/** A file that a process has open. */
export interface FileOfProcess {
  /** Where it was opened, as /proc/PID/fd has it. */
  readonly path: string;
  readonly stats: Stats;
}

/**
 * What a process has open as a descriptor, where `isWanted` takes its path; else, and where it was closed meanwhile, `undefined`.
 *
 * /proc/PID/fd is open to its owner alone, and to CAP_DAC_READ_SEARCH, which reads every file of the host. Where it is shut the
 * descriptor itself is copied for the look: that takes CAP_SYS_PTRACE and Linux 5.6. Throws the system's own error (EACCES).
 */
export const fileOfProcess = (
  pid: number,
  fd: number,
  isWanted: (path: string) => boolean,
): FileOfProcess | undefined => {
  try {
    return fileAt(`/proc/${pid}/fd/${fd}`, isWanted);
  } catch (denied) {
    const { code } = denied as { code?: unknown };
    if (code === 'ENOENT') return undefined;
    if (code !== 'EACCES') throw denied;
    try {
      return fileOfCopy(pid, fd, isWanted);
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
      if (error instanceof SystemCallError && error.errno === constants.errno.EBADF) return undefined;
      throw denied;
    }
  }
};

const fileAt = (link: string, isWanted: (path: string) => boolean): FileOfProcess | undefined => {
  const path = readlinkSync(link);
  return isWanted(path) ? { path, stats: statSync(link) } : undefined;
};

const fileOfCopy = (
  pid: number,
  fd: number,
  isWanted: (path: string) => boolean,
): FileOfProcess | undefined => {
  const purpose = `look at what process ${pid} has open as ${fd}`;
  const owned: FileDescriptor[] = [];
  const own = (call: string, result: number): number => {
    owned.push(new FileDescriptor(checked(result, call, purpose)));
    return result;
  };
  try {
    const process = own('pidfd_open', libc().pidfdOpen(pid));
    return fileAt(`/proc/self/fd/${own('pidfd_getfd', libc().pidfdGetfd(process, fd))}`, isWanted);
  } finally {
    for (const descriptor of owned) descriptor.close();
  }
};
