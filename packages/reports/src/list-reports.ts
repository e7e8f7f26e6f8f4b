import type { HeraldError } from '@nic-herald/core';
import { readReport } from './read-report.js';
import { parseReportEntry, type ReportEntry, reportEntry } from './report-entry.js';
import type { ReportFile } from './report-file-name.js';
import { reportFiles } from './report-files.js';
import { readIndex } from './report-index.js';

/** Which reports are asked for. */
export interface ReportQuery {
  /** Only what was over at this time or later, ms since 1970 UTC. */
  readonly since?: number;
  /** Only those of the guest with this name or UUID. */
  readonly guest?: string;
  readonly outcome?: ReportEntry['outcome'];
  /** Only the newest of those, so many. */
  readonly last?: number;
}

/** The reports that were asked for. */
export interface ReportList {
  /** The oldest first. */
  readonly entries: readonly ReportEntry[];
  /** Why files that are called as reports are could not be read, at most 100 of them. */
  readonly unreadable: readonly HeraldError[];
  /** How many could not. */
  readonly unreadableCount: number;
}

const MAX_UNREADABLE = 100;
/** So many reports that the index lacks are read at a time. */
const READ_AT_ONCE = 16;

/**
 * Lists the reports of a directory, by its index, and by the reports themselves where the index lacks them. Changes
 * nothing, needs no agent, and may run beside several. Rejects with HERALD_REPORT_DIRECTORY where the directory cannot be
 * read.
 */
export const listReports = async (directory: string, query: ReportQuery = {}): Promise<ReportList> => {
  const { guest, last = Number.POSITIVE_INFINITY, outcome, since = Number.NEGATIVE_INFINITY } = query;
  const files = (await reportFiles(directory)).filter(({ at }) => at >= since).toSorted(oldestFirst);
  const isChoosy = guest !== undefined || outcome !== undefined;
  const wanted = isChoosy || files.length <= last ? files : files.slice(files.length - last);
  const { found, unreadable } = await entriesOf(directory, wanted);
  const entries = found.filter(
    (entry) =>
      (guest === undefined || isOfGuest(entry, guest)) &&
      (outcome === undefined || entry.outcome === outcome),
  );
  return {
    entries: entries.length <= last ? entries : entries.slice(entries.length - last),
    unreadable: unreadable.slice(0, MAX_UNREADABLE),
    unreadableCount: unreadable.length,
  };
};

/** The entries of these files, in their order. */
const entriesOf = async (
  directory: string,
  files: readonly ReportFile[],
): Promise<{ found: readonly ReportEntry[]; unreadable: readonly HeraldError[] }> => {
  const wanted = new Set(files.map(({ file }) => file));
  const lines = new Map<string, string>();
  if (wanted.size > 0) {
    await readIndex(directory, (file, line) => {
      if (wanted.has(file)) lines.set(file, line);
    });
  }
  const entries = new Map<string, ReportEntry>();
  const missing: ReportFile[] = [];
  for (const each of files) {
    const line = lines.get(each.file);
    const entry = line === undefined ? undefined : parseReportEntry(line);
    if (entry === undefined) missing.push(each);
    else entries.set(each.file, entry);
  }
  const unreadable: HeraldError[] = [];
  for (let from = 0; from < missing.length; from += READ_AT_ONCE) {
    const some = missing.slice(from, from + READ_AT_ONCE);
    for (const read of await Promise.all(some.map((each) => readEntry(directory, each)))) {
      if (read === undefined) continue;
      if ('file' in read) entries.set(read.file, read);
      else unreadable.push(read);
    }
  }
  const found = files.flatMap(({ file }) => {
    const entry = entries.get(file);
    return entry === undefined ? [] : [entry];
  });
  return { found, unreadable };
};

/** The entry of a report by the report itself; `undefined` where it was removed meanwhile. */
export const readEntry = async (
  directory: string,
  { at, file }: Pick<ReportFile, 'at' | 'file'>,
): Promise<ReportEntry | HeraldError | undefined> => {
  try {
    const { report, size } = await readReport(directory, file);
    return { file, size, ...reportEntry(report, at) };
  } catch (error) {
    const { cause } = error as HeraldError;
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : (error as HeraldError);
  }
};

const oldestFirst = (a: ReportFile, b: ReportFile): number =>
  a.at - b.at || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0);

const isOfGuest = ({ guest: { name, uuid } }: ReportEntry, guest: string): boolean =>
  name === guest || uuid === guest.toLowerCase();
