import type { MigrationReport } from '@nic-herald/core';
import { type ReportEntry, reportEntry } from './report-entry.js';

/** A report on its way to the disk: what will stand in its file, and what of it goes into the index. */
export interface PendingReport {
  readonly entry: Omit<ReportEntry, 'file' | 'size'>;
  readonly text: Buffer;
}

/** Makes a report ready to be written: from here on it takes as much memory as its file room, and not more. */
export const pendingReport = (report: MigrationReport, finishedAt: number): PendingReport => ({
  entry: reportEntry(report, finishedAt),
  text: Buffer.from(`${JSON.stringify(report, undefined, 2)}\n`),
});
