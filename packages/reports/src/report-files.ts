import { readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { HeraldError, messageOf } from '@nic-herald/core';
import { parseReportFileName, type ReportFile } from './report-file-name.js';

/** So many names are looked at without a pause: an agent must not stand still over a long list. */
const NAMES_AT_ONCE = 4096;

/**
 * The files of a directory that are called as reports are, in no order. Rejects with HERALD_REPORT_DIRECTORY where it
 * cannot be read.
 */
export const reportFiles = async (directory: string): Promise<readonly ReportFile[]> => {
  const found: ReportFile[] = [];
  try {
    const names = await readdir(directory);
    for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
      if (from > 0) await setImmediate();
      for (const name of names.slice(from, from + NAMES_AT_ONCE)) {
        const file = parseReportFileName(name);
        if (file !== undefined) found.push(file);
      }
    }
  } catch (error) {
    throw new HeraldError(
      'HERALD_REPORT_DIRECTORY',
      `the report directory ${directory} cannot be read: ${messageOf(error)}`,
      { details: { directory }, cause: error },
    );
  }
  return found;
};
