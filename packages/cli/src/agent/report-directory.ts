import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guestKeyOf, HeraldError, type MigrationReport } from '@nic-herald/core';

/** Most reports waiting for a slow disk; further ones are lost, and said to be. */
const MAX_WAITING = 256;
/** Most reports of one guest, epoch, cause and millisecond. */
const MAX_OF_ONE_NAME = 1000;
/** Most reports of which later revisions find the file; those of an announcement come within minutes. */
const MAX_REVISED = 1024;
/** So many reports of one guest are kept; they are counted when so many more were written. */
const MAX_OF_ONE_GUEST = 1000;
const TIDIED_EVERY = 100;
/** Most guests whose reports are counted; those that wrote longest ago are counted from the beginning. */
const MAX_COUNTED = 1024;
/** An unfinished file so old, ms, is that of an agent that died. */
const LEFTOVER_MS = 600_000;
/** The guest and the time in the name of a report. */
const REPORT = /^(.+)-e\d+-[a-z-]+-(\d{8}T\d{9}Z)(?:-\d+)?\.json$/;
const UNFINISHED = /^\..+-e\d+-.+\.json\.[0-9a-f-]+\.tmp$/;
/** What a file system without hard links says to one. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/**
 * Keeps one JSON file per report, and never loses one to another; of one guest the newest thousand, or some more. A report never appears half-written; a later revision
 * takes the place of the one before.
 */
export class ReportDirectory {
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();
  /** The files of the reports written last, by the reports' ids. */
  private readonly names = new Map<string, string>();
  /** How many reports of a guest were written since its files were counted, by how its files' names begin. */
  private readonly written = new Map<string, number>();

  constructor(readonly directory: string) {}

  /** Makes the directory, and clears it of unfinished files. Rejects with HERALD_REPORT_DIRECTORY where that fails. */
  async start(): Promise<void> {
    try {
      await mkdir(this.directory, { recursive: true });
      await this.sweep();
    } catch (error) {
      throw this.failure('cannot be made', error);
    }
  }

  /**
   * Writes a report, one after another, and resolves with the file's name, which was nobody's before, or that of its
   * earlier revision. Rejects with HERALD_REPORT_DIRECTORY where it cannot be written; the report is then lost.
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
    const temporary = join(
      this.directory,
      `.${reportFileName(report, finishedAt)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`,
    );
    try {
      await writeFile(temporary, `${JSON.stringify(report, undefined, 2)}\n`, { flag: 'wx' });
      const known = report.id === undefined ? undefined : this.names.get(report.id);
      if (known !== undefined) {
        await rename(temporary, join(this.directory, known));
        return known;
      }
      for (let copy = 1; copy <= MAX_OF_ONE_NAME; copy++) {
        const name = reportFileName(report, finishedAt, copy);
        if (!(await takesFreeName(temporary, join(this.directory, name)))) continue;
        this.remember(report, name);
        await this.tidy(guestInName(report));
        return name;
      }
      throw new Error(`${MAX_OF_ONE_NAME} reports have this name`);
    } catch (error) {
      throw this.failure('cannot be written to', error);
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined); // the next start takes what stays
    }
  }

  private remember({ id }: MigrationReport, name: string): void {
    if (id === undefined) return;
    const [oldest] = this.names.keys();
    if (this.names.size >= MAX_REVISED && oldest !== undefined) this.names.delete(oldest);
    this.names.set(id, name);
  }

  /** Removes a guest's oldest reports, where it has too many: one that comes and goes all day must not fill the disk. */
  private async tidy(guest: string): Promise<void> {
    const count = (this.written.get(guest) ?? 0) + 1;
    this.written.delete(guest);
    this.written.set(guest, count % TIDIED_EVERY);
    const [longestAgo] = this.written.keys();
    if (this.written.size > MAX_COUNTED && longestAgo !== undefined) this.written.delete(longestAgo);
    if (count < TIDIED_EVERY) return;
    const names = await readdir(this.directory).catch(() => []);
    const reports = names.flatMap((name) => {
      const [, of, time] = REPORT.exec(name) ?? [];
      return of === guest && time !== undefined ? [{ name, time }] : [];
    });
    const surplus = reports.toSorted((a, b) => (a.time < b.time ? -1 : 1)).slice(0, -MAX_OF_ONE_GUEST);
    for (const { name } of surplus) {
      await rm(join(this.directory, name), { force: true }).catch(() => undefined); // the next time it is tried again
    }
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

  private failure(problem: string, cause?: unknown): HeraldError {
    return new HeraldError(
      'HERALD_REPORT_DIRECTORY',
      `the report directory ${this.directory} ${problem}; check --report-dir, its permissions and its disk`,
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

const MAX_GUEST = 80;

/**
 * `web-1-e3-migration-20260102T030405678Z.json`: guest, epoch, cause, and when it was over (ms since 1970 UTC); from
 * the second `copy` of one name on with its number, `...678Z-2.json`. What is no letter, digit, dot or dash in a
 * guest's name, which is not ours to trust, becomes `_`.
 */
export const reportFileName = (report: MigrationReport, finishedAt: number, copy = 1): string => {
  const guest = guestInName(report);
  const time = new Date(finishedAt).toISOString().replace(/[-:.]/g, '');
  return `${guest}-e${report.epoch}-${report.cause}-${time}${copy === 1 ? '' : `-${copy}`}.json`;
};

const guestInName = ({ guest }: MigrationReport): string =>
  (guestKeyOf(guest) ?? 'unnamed')
    .replace(/^(uuid|name):/, '')
    .replace(/[^A-Za-z0-9.-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, MAX_GUEST);
