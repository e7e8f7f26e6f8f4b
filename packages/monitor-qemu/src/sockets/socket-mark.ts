import { stat } from 'node:fs/promises';

/**
 * What tells one socket file from another that takes its place under the same path: device, inode and time of birth.
 * It stays as it is when rights or owner change, and is the same by every path that leads to the file. Inode numbers
 * are used again, hence the time of birth; a file system without one is taken at its numbers. `undefined` where
 * nothing is there, and with `onlySockets` where something else is.
 */
export const socketMark = async (path: string, onlySockets: boolean): Promise<string | undefined> => {
  try {
    const file = await stat(path, { bigint: true });
    if (onlySockets && !file.isSocket()) return undefined;
    return `${file.dev}:${file.ino}:${file.birthtimeNs}`;
  } catch {
    return undefined;
  }
};
