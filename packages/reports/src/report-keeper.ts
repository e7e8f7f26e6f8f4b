import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancelTimer, Clock } from '@nic-herald/core';
import { readEntry } from './list-reports.js';
import { parseReportEntry, type ReportEntry } from './report-entry.js';
import { finishedAt, guestInName, type ReportFile } from './report-file-name.js';
import { reportFiles } from './report-files.js';
import { type ReportIndex, readIndex } from './report-index.js';
import { type KeptReport, type ReportKeep, roomOf, surplusReports } from './surplus-reports.js';

/** It is tidied so often, ms, and when a guest had so many reports, or so large a part of the room was written. */
const TIDIED_EVERY_MS = 3_600_000;
const TIDIED_AFTER_REPORTS = 100;
const TIDIED_AFTER_PART = 1 / 16;
/** Most guests whose reports are counted; those that wrote longest ago are counted from the beginning. */
const MAX_COUNTED = 1024;
/** So many lines of an index may be of no use, and one in so many of the others, before it is written anew. */
const IDLE_LINES = 100;
const IDLE_PART = 1 / 8;
/** So many files are looked at at a time. */
const AT_ONCE = 16;

/** What an index has: its lines, and the lengths of the files that it names. */
interface Indexed {
  lines: number;
  readonly sizes: Map<string, number>;
}

/** Keeps a report directory within bounds, and its index true. Never in the way of writing: it works beside it. */
export class ReportKeeper {
  private readonly written = new Map<string, number>();
  private room = 0;
  private timer: CancelTimer | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private isClosed = false;

  constructor(
    private readonly directory: string,
    private readonly index: ReportIndex,
    private readonly keep: ReportKeep,
    private readonly clock: Clock,
  ) {}

  /** Tidies for the first time, and compares the index with all reports. */
  start(): void {
    this.tidy({ isFirst: true });
  }

  /** Hears of a report that was written. */
  wrote(entry: ReportEntry): void {
    const guest = guestInName(entry);
    const count = (this.written.get(guest) ?? 0) + 1;
    this.written.delete(guest);
    this.written.set(guest, count % TIDIED_AFTER_REPORTS);
    const [longestAgo] = this.written.keys();
    if (this.written.size > MAX_COUNTED && longestAgo !== undefined) this.written.delete(longestAgo);
    this.room += roomOf(entry.size);
    if (count >= TIDIED_AFTER_REPORTS || this.room >= this.keep.bytes * TIDIED_AFTER_PART) this.tidy();
  }

  /** Removes what need not be kept, now or when the tidying that goes on is done. */
  tidy({ isFirst = false } = {}): void {
    if (this.isClosed) return;
    if (this.running !== undefined) {
      this.again = true;
      return;
    }
    this.timer?.();
    this.room = 0;
    this.running = this.tidyNow(isFirst)
      .catch(() => undefined) // a directory that cannot be read: writing tells of it
      .finally(() => {
        this.running = undefined;
        if (this.isClosed) return;
        this.timer = this.clock.setTimer(TIDIED_EVERY_MS, () => this.tidy());
        if (!this.again) return;
        this.again = false;
        this.tidy();
      });
  }

  /** Resolves when nothing is tidied. */
  async settled(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  /** Ends what goes on, and resolves when it has ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.timer?.();
    await this.settled();
  }

  private async tidyNow(isFirst: boolean): Promise<void> {
    // the index first: what it names was there before, and is gone if it is not there now
    const index = await this.readSizes();
    const files = await reportFiles(this.directory);
    const kept = await this.known(files, index, isFirst);
    const removed = new Set<string>();
    for (const file of surplusReports(kept, this.keep, this.clock.now())) {
      if (this.isClosed) return;
      if (await removesFile(join(this.directory, file))) removed.add(file);
    }
    const present = new Set(files.map(({ file }) => file));
    const gone = new Set([...removed, ...[...index.sizes.keys()].filter((file) => !present.has(file))]);
    const useful = [...index.sizes.keys()].filter((file) => !gone.has(file)).length;
    if (index.lines - useful > IDLE_LINES + useful * IDLE_PART) await this.index.rewrite(gone);
  }

  private async readSizes(): Promise<Indexed> {
    const indexed: Indexed = { lines: 0, sizes: new Map() };
    await readIndex(this.directory, (file, line) => {
      indexed.lines += 1;
      const size = parseReportEntry(line)?.size;
      if (size !== undefined) indexed.sizes.set(file, size);
    });
    return indexed;
  }

  /** What is known of these files; what the index lacks, or has wrong, is read and appended to it. */
  private async known(
    files: readonly ReportFile[],
    index: Indexed,
    isFirst: boolean,
  ): Promise<readonly KeptReport[]> {
    const { sizes } = index;
    const kept: KeptReport[] = [];
    for (let from = 0; from < files.length && !this.isClosed; from += AT_ONCE) {
      const read: ReportEntry[] = [];
      const look = async (each: ReportFile): Promise<void> => {
        const size = sizes.get(each.file);
        if (size !== undefined && (!isFirst || (await sizeOf(join(this.directory, each.file))) === size)) {
          kept.push({ ...each, at: finishedAt(each), size });
          return;
        }
        const entry = await readEntry(this.directory, each);
        if (entry === undefined || !('file' in entry)) return; // gone, or none of ours
        kept.push({ ...each, at: entry.at, size: entry.size });
        read.push(entry);
      };
      const some = files.slice(from, from + AT_ONCE);
      if (isFirst || some.some(({ file }) => !sizes.has(file))) await Promise.all(some.map(look));
      else {
        for (const each of some) {
          kept.push({ ...each, at: finishedAt(each), size: sizes.get(each.file) ?? 0 });
        }
      }
      if (read.length === 0) continue;
      await this.index.append(read);
      index.lines += read.length;
      for (const { file, size } of read) sizes.set(file, size);
    }
    return kept;
  }
}

const sizeOf = async (path: string): Promise<number | undefined> =>
  await lstat(path).then(
    ({ size }) => size,
    () => undefined,
  );

/** Removes a plain file; what is something else by now is left alone. */
const removesFile = async (path: string): Promise<boolean> => {
  try {
    if (!(await lstat(path)).isFile()) return false;
    await rm(path);
    return true;
  } catch {
    return false; // the next time it is tried again
  }
};
