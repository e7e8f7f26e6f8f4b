import type { ReportArchive, ReportCounts } from '@nic-herald/core';

/** What became of the reports in all archives together. */
export const reportsKept = (archives: readonly ReportArchive[]): ReportCounts => {
  const sum = { written: 0, waiting: 0, lost: 0 };
  for (const archive of archives) {
    const { written, waiting, lost } = archive.counts();
    sum.written += written;
    sum.waiting += waiting;
    sum.lost += lost;
  }
  return sum;
};
