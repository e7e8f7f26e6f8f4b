import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancelTimer, Clock } from '@nic-herald/core';
import { readEntry } from './list-reports.js';
import { parseReportEntry, type ReportEntry } from './report-entry.js';
import { guestInName, type ReportFile } from './report-file-name.js';
import { reportFiles } from './report-files.js';
import { fileOfLine, newestLines, type ReportIndex } from './report-index.js';
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

/** A report in the directory, and the length of its file as far as it is known. */
interface Place extends ReportFile {
  size?: number | undefined;
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
    const places = new Map<string, Place>();
    for (const file of await reportFiles(this.directory)) places.set(file.file, file);
    let lines = await this.readSizes(places);
    lines += await this.complete(places, isFirst);
    const known = [...places.values()].filter((place) => place.size !== undefined) as KeptReport[];
    for (const { file } of surplusReports(known, this.keep, this.clock.now())) {
      if (this.isClosed) return;
      if (await removesFile(join(this.directory, file))) places.delete(file);
    }
    let useful = 0;
    for (const { size } of places.values()) if (size !== undefined) useful += 1;
    if (lines - useful > IDLE_LINES + useful * IDLE_PART) await this.index.rewrite(places);
  }

  /** Takes the lengths of the files from the index, and tells how many lines that has. */
  private async readSizes(places: ReadonlyMap<string, Place>): Promise<number> {
    let count = 0;
    for await (const lines of newestLines(this.directory)) {
      count += lines.length;
      for (const line of lines) {
        const place = places.get(fileOfLine(line) ?? '');
        if (place !== undefined) place.size ??= parseReportEntry(line)?.size;
      }
    }
    return count;
  }

  /** Reads what the index lacks or has wrong, appends it, and tells how many lines that were. */
  private async complete(places: ReadonlyMap<string, Place>, isFirst: boolean): Promise<number> {
    let count = 0;
    let some: Promise<ReportEntry | undefined>[] = [];
    const append = async (): Promise<void> => {
      const read = (await Promise.all(some)).filter((entry) => entry !== undefined);
      some = [];
      count += read.length;
      if (read.length > 0) await this.index.append(read);
    };
    for (const place of places.values()) {
      if (this.isClosed) break;
      if (place.size !== undefined && !isFirst) continue;
      some.push(this.look(place));
      if (some.length === AT_ONCE) await append();
    }
    await append();
    return count;
  }

  /** The entry of a report whose length is not as the index says. */
  private async look(place: Place): Promise<ReportEntry | undefined> {
    const path = join(this.directory, place.file);
    if (place.size !== undefined && (await sizeOf(path)) === place.size) return undefined;
    const entry = await readEntry(this.directory, place);
    const isRead = entry !== undefined && 'file' in entry; // else it is gone, or none of ours
    place.size = isRead ? entry.size : undefined;
    return isRead ? entry : undefined;
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
