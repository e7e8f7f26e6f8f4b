import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guestKeyOf, HeraldError, type MigrationReport } from '@nic-herald/core';

/** Most reports waiting for a slow disk; further ones are lost, and said to be. */
const MAX_WAITING = 256;

/** Keeps one JSON file per report. A report never appears half-written. */
export class ReportDirectory {
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly directory: string) {}

  /** Makes the directory. Rejects with HERALD_REPORT_DIRECTORY where that fails. */
  async start(): Promise<void> {
    try {
      await mkdir(this.directory, { recursive: true });
    } catch (error) {
      throw this.failure('cannot be made', error);
    }
  }

  /**
   * Writes a report, one after another, and resolves with the file's name. Rejects with HERALD_REPORT_DIRECTORY
   * where it cannot be written; the report is then lost.
   */
  async write(report: MigrationReport, finishedAt: number): Promise<string> {
    if (this.waiting === MAX_WAITING) throw this.failure(`is too slow: ${MAX_WAITING} reports wait already`);
    this.waiting++;
    const written = this.last.then(() => this.writeNow(report, finishedAt));
    this.last = written.catch(() => undefined).finally(() => this.waiting--);
    return await written;
  }

  /** Resolves when everything asked for so far was written or failed. */
  async settled(): Promise<void> {
    await this.last;
  }

  private async writeNow(report: MigrationReport, finishedAt: number): Promise<string> {
    const name = reportFileName(report, finishedAt);
    const temporary = join(this.directory, `.${name}.${process.pid}.tmp`);
    try {
      await writeFile(temporary, `${JSON.stringify(report, undefined, 2)}\n`);
      await rename(temporary, join(this.directory, name));
      return name;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw this.failure('cannot be written to', error);
    }
  }

  private failure(problem: string, cause?: unknown): HeraldError {
    return new HeraldError(
      'HERALD_REPORT_DIRECTORY',
      `the report directory ${this.directory} ${problem}; check --report-dir, its permissions and its disk`,
      { details: { directory: this.directory }, cause },
    );
  }
}

const MAX_GUEST = 80;

/**
 * `web-1-e3-migration-20260102T030405678Z.json`: guest, epoch, cause, and when it was over (ms since 1970 UTC).
 * What is no letter, digit, dot or dash in a guest's name, which is not ours to trust, becomes `_`.
 */
export const reportFileName = (report: MigrationReport, finishedAt: number): string => {
  const guest = (guestKeyOf(report.guest) ?? 'unnamed')
    .replace(/^(uuid|name):/, '')
    .replace(/[^A-Za-z0-9.-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, MAX_GUEST);
  const time = new Date(finishedAt).toISOString().replace(/[-:.]/g, '');
  return `${guest}-e${report.epoch}-${report.cause}-${time}.json`;
};
