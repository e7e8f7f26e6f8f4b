import { statSync } from 'node:fs';

/**
 * What tells one socket file from another that takes its place under the same path: device, inode and time of birth.
 * It stays as it is when rights or owner change, and is the same by every path that leads to the file. Inode numbers
 * are used again, hence the time of birth; a file system without one is taken at its numbers. `undefined` where
 * nothing is there, and with `onlySockets` where something else is.
 *
 * It looks synchronously: the socket is on this machine, so the look does not block, and hundreds follow whenever one comes or goes.
 */
export const socketMark = (path: string, onlySockets: boolean): string | undefined => {
  try {
    const file = statSync(path, { bigint: true });
    if (onlySockets && !file.isSocket()) return undefined;
    return `${file.dev}:${file.ino}:${file.birthtimeNs}`;
  } catch {
    return undefined;
  }
};
