import { randomBytes } from 'node:crypto';
import { link, lstat, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeraldError, messageOf } from '@nic-herald/core';
import { makeDirectory } from './make-directory.js';
import type { PendingReport } from './pending-report.js';
import type { ReportEntry } from './report-entry.js';
import { finishedAt, parseReportFileName, reportFileName } from './report-file-name.js';

/** Most reports of one guest, epoch, cause and millisecond. */
const MAX_OF_ONE_NAME = 1000;
/** Most reports of which later revisions find the file; those of an announcement come within minutes. */
const MAX_REVISED = 1024;
/** An unfinished file so old, ms, is that of an agent that died. */
const LEFTOVER_MS = 600_000;
const UNFINISHED = /^\.(?:.+-e\d+-.+\.json|index\.jsonl)\.[0-9a-f-]+\.tmp$/;
/** What a file system without hard links says to one. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/**
 * Keeps one JSON file per report, and never loses one to another. A report never appears half-written; a later revision
 * takes the place of the one before.
 */
export class ReportDirectory {
  /** The files of the reports written last, by the reports' ids. */
  private readonly names = new Map<string, string>();

  constructor(readonly directory: string) {}

  /** Makes the directory, and clears it of unfinished files. Rejects with HERALD_REPORT_DIRECTORY where that fails. */
  async start(): Promise<void> {
    try {
      await makeDirectory(this.directory);
    } catch (error) {
      throw this.failure('cannot be made', error);
    }
    await this.sweep();
  }

  /**
   * Writes a report, and resolves with its entry; its file's name was nobody's before, or is that of its earlier revision.
   * Rejects with HERALD_REPORT_DIRECTORY where it cannot be written, with the system's error as cause. One at a time.
   */
  async write({ entry, text }: PendingReport): Promise<ReportEntry> {
    const temporary = join(
      this.directory,
      `.${reportFileName(entry, entry.at)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`,
    );
    try {
      await writeFile(temporary, text, { flag: 'wx' });
      const file = await this.take(temporary, entry);
      const named = parseReportFileName(file);
      // a later revision has the first one's name, and with it its time
      return { ...entry, file, size: text.length, at: named === undefined ? entry.at : finishedAt(named) };
    } catch (error) {
      throw this.failure('cannot be written to', error);
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined); // the next start takes what stays
    }
  }

  /** Gives the finished file its name. */
  private async take(temporary: string, entry: PendingReport['entry']): Promise<string> {
    const known = entry.id === undefined ? undefined : this.names.get(entry.id);
    if (known !== undefined) {
      await rename(temporary, join(this.directory, known));
      return known;
    }
    for (let copy = 1; copy <= MAX_OF_ONE_NAME; copy++) {
      const name = reportFileName(entry, entry.at, copy);
      if (!(await takesFreeName(temporary, join(this.directory, name)))) continue;
      this.remember(entry, name);
      return name;
    }
    throw new Error(`${MAX_OF_ONE_NAME} reports have this name`);
  }

  private remember({ id }: PendingReport['entry'], name: string): void {
    if (id === undefined) return;
    const [oldest] = this.names.keys();
    if (this.names.size >= MAX_REVISED && oldest !== undefined) this.names.delete(oldest);
    this.names.set(id, name);
  }

  /** Removes what agents that died left unfinished; another agent may be writing here now. */
  private async sweep(): Promise<void> {
    const names = await readdir(this.directory).catch(() => []); // reports can be written where nobody may look
    for (const name of names) {
      if (!UNFINISHED.test(name)) continue;
      const path = join(this.directory, name);
      const stats = await lstat(path).catch(() => undefined);
      if (stats === undefined || Date.now() - stats.mtimeMs < LEFTOVER_MS) continue;
      await rm(path, { force: true }).catch(() => undefined); // it harms nobody
    }
  }

  private failure(problem: string, cause: unknown): HeraldError {
    return new HeraldError(
      'HERALD_REPORT_DIRECTORY',
      `the report directory ${this.directory} ${problem}: ${messageOf(cause)}`,
      { details: { directory: this.directory }, cause },
    );
  }
}

/**
 * Gives a file a name unless it is taken; false where it is. Nobody's file is replaced, whoever takes names beside us.
 * Without hard links the name is taken by an empty file first.
 */
const takesFreeName = async (temporary: string, path: string): Promise<boolean> => {
  try {
    try {
      await link(temporary, path);
    } catch (error) {
      if (!NO_LINKS.has((error as NodeJS.ErrnoException).code)) throw error;
      await writeFile(path, '', { flag: 'wx' });
      await rename(temporary, path).catch(async (failed: unknown) => {
        await rm(path, { force: true }).catch(() => undefined); // an empty report is none
        throw failed;
      });
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};
