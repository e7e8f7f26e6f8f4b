import type { BigIntStats } from 'node:fs';

/** Equal as long as a file is the same and was not written to. A replaced file has another inode or time. */
export const fileVersion = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
