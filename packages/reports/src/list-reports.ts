import type { HeraldError } from '@nic-herald/core';
import { readReport } from './read-report.js';
import { parseReportEntry, type ReportEntry, reportEntry } from './report-entry.js';
import { finishedAt, type ReportFile, timeInName } from './report-file-name.js';
import { reportFiles } from './report-files.js';
import { fileOfLine, newestLines } from './report-index.js';

/** Which reports are asked for. */
export interface ReportQuery {
  /** Only what was over at this time or later, ms since 1970 UTC. */
  readonly since?: number;
  /** Only those of the guest with this name or UUID. */
  readonly guest?: string;
  readonly outcome?: ReportEntry['outcome'];
  /** Only those of which some station is not proved. */
  readonly unproved?: boolean;
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
  const { guest, last = Number.POSITIVE_INFINITY, outcome, since = 0, unproved = false } = query;
  const from = timeInName(since);
  const files = (await reportFiles(directory)).filter(({ time }) => time >= from);
  const isChoosy = guest !== undefined || outcome !== undefined || unproved;
  // a long list is sorted only where it must be
  const wanted = isChoosy || files.length <= last ? files : newest(files.toSorted(byName), last);
  const { entries, unreadable } = await entriesOf(directory, wanted, lineFilter(query));
  const found = entries.filter(
    (entry) =>
      (guest === undefined || isOfGuest(entry, guest)) &&
      (outcome === undefined || entry.outcome === outcome) &&
      (!unproved || (entry.proof !== undefined && entry.proof !== 'proved')),
  );
  return {
    entries: newest(found.toSorted(oldestFirst), last),
    unreadable: unreadable.slice(0, MAX_UNREADABLE),
    unreadableCount: unreadable.length,
  };
};

const newest = <T>(all: readonly T[], count: number): readonly T[] =>
  all.length <= count ? all : all.slice(all.length - count);

/** A file on the list, and what the index or the report itself says of it; `undefined`: it was not asked for. */
interface Place extends ReportFile {
  entry?: ReportEntry | undefined;
}

/** The entries of these files, without those whose lines do not pass. */
const entriesOf = async (
  directory: string,
  files: readonly ReportFile[],
  mayPass: (line: string) => boolean,
): Promise<{ entries: readonly ReportEntry[]; unreadable: readonly HeraldError[] }> => {
  const places = new Map<string, Place>();
  for (const each of files) places.set(each.file, each);
  let lacking = places.size;
  for await (const lines of lacking === 0 ? [] : newestLines(directory)) {
    for (const line of lines) {
      const place = places.get(fileOfLine(line) ?? '');
      if (place === undefined || 'entry' in place) continue;
      const isPassedOver = line.endsWith('}') && !mayPass(line);
      const entry = isPassedOver ? undefined : parseReportEntry(line);
      if (!isPassedOver && entry === undefined) continue;
      place.entry = entry;
      lacking -= 1;
    }
    if (lacking === 0) break;
  }
  const missing = [...places.values()].filter((place) => !('entry' in place));
  const unreadable: HeraldError[] = [];
  for (let from = 0; from < missing.length; from += READ_AT_ONCE) {
    const read = async (place: Place): Promise<void> => {
      const entry = await readEntry(directory, place);
      if (entry === undefined) return;
      if ('file' in entry) place.entry = entry;
      else unreadable.push(entry);
    };
    await Promise.all(missing.slice(from, from + READ_AT_ONCE).map(read));
  }
  const entries: ReportEntry[] = [];
  for (const { entry } of places.values()) if (entry !== undefined) entries.push(entry);
  return { entries, unreadable };
};

/**
 * Tells by a glance at a line that its report was not asked for: to parse a hundred thousand lines for the few of one guest
 * takes longer than all else.
 */
const lineFilter = ({ guest, outcome }: ReportQuery): ((line: string) => boolean) => {
  const name = guest === undefined ? '' : JSON.stringify(guest);
  const uuid = name.toLowerCase();
  const ending = outcome === undefined ? '' : JSON.stringify(outcome);
  return (line) => (line.includes(name) || line.includes(uuid)) && line.includes(ending);
};

/** The entry of a report by the report itself; `undefined` where it was removed meanwhile. */
export const readEntry = async (
  directory: string,
  { file, time }: Pick<ReportFile, 'file' | 'time'>,
): Promise<ReportEntry | HeraldError | undefined> => {
  try {
    const { report, size } = await readReport(directory, file);
    return { file, size, ...reportEntry(report, finishedAt({ time })) };
  } catch (error) {
    const { cause } = error as HeraldError;
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : (error as HeraldError);
  }
};

const byName = (a: ReportFile, b: ReportFile): number => compare(a.time, b.time) || compare(a.file, b.file);

const oldestFirst = (a: ReportEntry, b: ReportEntry): number => a.at - b.at || compare(a.file, b.file);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const isOfGuest = ({ guest: { name, uuid } }: ReportEntry, guest: string): boolean =>
  name === guest || uuid === guest.toLowerCase();
