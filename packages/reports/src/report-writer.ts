import {
  type CancelTimer,
  type Clock,
  HeraldError,
  type MigrationReport,
  type ReportArchive,
  type ReportCounts,
} from '@nic-herald/core';
import { type PendingReport, pendingReport } from './pending-report.js';
import { ReportDirectory } from './report-directory.js';
import type { ReportEntry } from './report-entry.js';
import { ReportIndex } from './report-index.js';
import { ReportKeeper } from './report-keeper.js';
import { DEFAULT_REPORT_KEEP, type ReportKeep } from './surplus-reports.js';

/** Most reports that wait for the disk, and the memory that they may take, bytes; the oldest are lost. */
export const MAX_WAITING = 1000;
export const MAX_WAITING_BYTES = 16_777_216;
/** A disk that takes no report is tried again after this time, then after twice as long, up to the longest, ms. */
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** A write that takes longer, ms, is told of: the disk hangs. */
const SLOW_MS = 10_000;
/** What is wrong with the report, and not with the disk: to wait would be of no use, and would hold up all others. */
const HOPELESS: ReadonlySet<string | undefined> = new Set([
  'ENAMETOOLONG',
  'EFBIG',
  'EINVAL',
  'EILSEQ',
  undefined,
]);

/** What happened to reports. */
export type ReportNotice =
  | { readonly kind: 'written'; readonly entry: ReportEntry }
  /** From now on reports wait: HERALD_REPORT_DIRECTORY. */
  | { readonly kind: 'waiting'; readonly error: HeraldError; readonly waiting: number }
  /** HERALD_REPORT_LOST. */
  | { readonly kind: 'lost'; readonly error: HeraldError; readonly entry: PendingReport['entry'] }
  /** No report waits any more. */
  | { readonly kind: 'over'; readonly written: number; readonly lost: number; readonly forMs: number };

interface Outage {
  readonly since: number;
  written: number;
  lost: number;
}

/**
 * Writes reports into a directory, one after another and in order. Where the directory takes none (it is full, read-only
 * or gone), they wait, and are written when it takes them again.
 */
export class ReportWriter implements ReportArchive {
  private readonly queue: PendingReport[] = [];
  private readonly files: ReportDirectory;
  private readonly index: ReportIndex;
  private readonly keeper: ReportKeeper;
  /** What is being written now: it is neither replaced nor lost. */
  private current: PendingReport | undefined;
  private draining: Promise<void> | undefined;
  private outage: Outage | undefined;
  private retryMs = RETRY_MS;
  private retry: CancelTimer | undefined;
  private isClosed = false;
  private written = 0;
  private lost = 0;

  constructor(
    readonly directory: string,
    private readonly clock: Clock,
    private readonly tell: (notice: ReportNotice) => void,
    keep: ReportKeep = DEFAULT_REPORT_KEEP,
  ) {
    this.files = new ReportDirectory(directory);
    this.index = new ReportIndex(directory);
    this.keeper = new ReportKeeper(directory, this.index, keep, clock);
  }

  /** Makes the directory where it is missing. Rejects with HERALD_REPORT_DIRECTORY. */
  async start(): Promise<void> {
    await this.files.start();
    this.keeper.start();
  }

  /** Takes a report, to be written as soon as may be. A later revision takes the place of one that still waits. */
  add(report: MigrationReport, finishedAt: number): void {
    const { id } = report;
    const waits = this.queue.findIndex(
      (each) => id !== undefined && each.entry.id === id && each !== this.current,
    );
    const [before] = waits < 0 ? [] : this.queue.slice(waits, waits + 1);
    const pending = pendingReport(report, before?.entry.at ?? finishedAt);
    if (before === undefined) this.queue.push(pending);
    else this.queue[waits] = pending;
    this.makeRoom();
    if (this.retry === undefined) this.drain();
  }

  counts(): ReportCounts {
    return { written: this.written, waiting: this.queue.length, lost: this.lost };
  }

  /** Resolves when nothing is being written or tidied. */
  async settled(): Promise<void> {
    while (this.draining !== undefined) await this.draining;
    await this.keeper.settled();
  }

  /**
   * Writes what still waits, for at most so long, ms, and gives back what could not be written. A file system that hangs
   * is not waited for.
   */
  async close(withinMs: number): Promise<readonly PendingReport[]> {
    this.isClosed = true;
    this.retry?.();
    this.retry = undefined;
    this.drain();
    const closed = (async () => {
      while (this.draining !== undefined) await this.draining;
      await this.keeper.close();
    })();
    let cancel: CancelTimer = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.clock.setTimer(withinMs, resolve);
    });
    await Promise.race([closed, late]);
    cancel();
    this.outage = undefined; // who is given what is left tells of it
    return this.queue.splice(0);
  }

  /** Loses the oldest where too many wait. */
  private makeRoom(): void {
    let bytes = this.queue.reduce((sum, { text }) => sum + text.length, 0);
    while (this.queue.length > 1 && (this.queue.length > MAX_WAITING || bytes > MAX_WAITING_BYTES)) {
      const oldest = this.queue[0] === this.current ? 1 : 0;
      const [lost] = this.queue.splice(oldest, 1);
      if (lost === undefined) return;
      bytes -= lost.text.length;
      const bound = `${MAX_WAITING} reports or ${MAX_WAITING_BYTES / 1024 ** 2} MiB wait already`;
      this.lose(lost, `the report directory ${this.directory} takes none, and ${bound}`);
    }
  }

  private drain(): void {
    if (this.draining !== undefined || this.queue.length === 0) return;
    this.draining = this.drainNow();
  }

  private async drainNow(): Promise<void> {
    let isTaken = true;
    for (let next = this.queue[0]; next !== undefined && isTaken; next = this.queue[0]) {
      isTaken = await this.writeOne(next);
    }
    this.draining = undefined;
    if (isTaken) this.end();
    else this.tryLater();
  }

  /** Whether the next may be tried: this one was written, or never can be. */
  private async writeOne(report: PendingReport): Promise<boolean> {
    this.current = report;
    const cancelSlow = this.clock.setTimer(SLOW_MS, () => this.begin(this.slowness()));
    try {
      const entry = await this.files.write(report);
      this.remove(report);
      this.written += 1;
      if (this.outage !== undefined) this.outage.written += 1;
      this.retryMs = RETRY_MS;
      this.tell({ kind: 'written', entry });
      await this.index.append([entry]);
      this.keeper.wrote(entry);
      return true;
    } catch (error) {
      const failure = error as HeraldError;
      if (!HOPELESS.has((failure.cause as NodeJS.ErrnoException).code)) {
        this.begin(failure);
        return false;
      }
      this.remove(report);
      this.lose(report, failure.message, failure);
      return true;
    } finally {
      this.current = undefined;
      cancelSlow();
    }
  }

  private remove(report: PendingReport): void {
    const place = this.queue.indexOf(report);
    if (place >= 0) this.queue.splice(place, 1); // a close that was over gave it back
  }

  private lose({ entry }: PendingReport, why: string, cause?: HeraldError): void {
    this.lost += 1;
    if (this.outage !== undefined) this.outage.lost += 1;
    const error = new HeraldError('HERALD_REPORT_LOST', `a report was lost: ${why}`, {
      details: { directory: this.directory },
      cause,
    });
    this.tell({ kind: 'lost', error, entry });
  }

  private slowness(): HeraldError {
    const message = `the report directory ${this.directory} has not taken a report for ${SLOW_MS / 1000} s: its file system hangs`;
    return new HeraldError('HERALD_REPORT_DIRECTORY', message, { details: { directory: this.directory } });
  }

  private begin(error: HeraldError): void {
    if (this.outage !== undefined) return;
    this.outage = { since: this.clock.elapsed(), written: 0, lost: 0 };
    this.tell({ kind: 'waiting', error, waiting: this.queue.length });
    this.keeper.tidy(); // perhaps there is something that need not be kept
  }

  private end(): void {
    if (this.outage === undefined || this.queue.length > 0) return;
    const { since, ...counts } = this.outage;
    this.outage = undefined;
    this.tell({ kind: 'over', ...counts, forMs: this.clock.elapsed() - since });
  }

  private tryLater(): void {
    if (this.isClosed) return;
    this.retry = this.clock.setTimer(this.retryMs, () => {
      this.retry = undefined;
      this.drain();
    });
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
  }
}
