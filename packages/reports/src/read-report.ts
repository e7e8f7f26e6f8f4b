import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { HeraldError, type MigrationReport, messageOf } from '@nic-herald/core';
import { parseReport } from './parse-report.js';

/** Longest file that is read as a report, bytes. */
const MAX_REPORT_BYTES = 33_554_432;

/** A report that was read, and the length of its file, bytes. */
export interface ReadReport {
  readonly report: MigrationReport;
  readonly size: number;
}

/**
 * Reads the report in a file of a report directory. Rejects with HERALD_REPORT_UNREADABLE where it is none, which says why:
 * a link, no file, too long, cut, or not a report.
 */
export const readReport = async (directory: string, file: string): Promise<ReadReport> => {
  const path = join(directory, file);
  try {
    const handle = await openFile(path);
    try {
      const { size } = await handle.stat();
      if (size > MAX_REPORT_BYTES) {
        throw new Error(`it has ${size} bytes, at most ${MAX_REPORT_BYTES} are read`);
      }
      if (size === 0) throw new Error('it is empty');
      const bytes = Buffer.alloc(size); // what is written behind that meanwhile is not ours
      const { bytesRead } = await handle.read(bytes, 0, size, 0);
      const report = parseReport(bytes.toString('utf8', 0, bytesRead));
      if (report instanceof Error) throw report;
      return { report, size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new HeraldError(
      'HERALD_REPORT_UNREADABLE',
      `the report ${path} cannot be read: ${messageOf(error)}`,
      {
        details: { directory, file },
        cause: error,
      },
    );
  }
};

/** Opens what must be a plain file, and follows no link: whoever may write here must not have others read elsewhere. */
export const openFile = async (path: string, flags = constants.O_RDONLY): Promise<FileHandle> => {
  const handle = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o644);
  const stats: Stats = await handle.stat();
  if (stats.isFile()) return handle;
  await handle.close();
  throw new Error('it is no plain file');
};
