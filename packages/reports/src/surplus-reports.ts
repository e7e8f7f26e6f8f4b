import { type ReportFile, timeInName } from './report-file-name.js';

/** How long reports are kept, and how many. */
export interface ReportKeep {
  /** Older ones are removed, ms. */
  readonly ageMs: number;
  /** The room that all of a directory may take on the disk, bytes; the oldest are removed. */
  readonly bytes: number;
}

/** What is kept where nobody says otherwise: 30 days, and 1 GiB. */
export const DEFAULT_REPORT_KEEP: ReportKeep = { ageMs: 30 * 86_400_000, bytes: 1024 ** 3 };

/** So many reports of one guest are kept: one that comes and goes all day must not push out those of others. */
export const MAX_OF_ONE_GUEST = 1000;
/** What a file takes at least, and a multiple of it: most file systems give room in blocks of 4 KiB. */
const BLOCK = 4096;

/** What is known of a report that may have to go. */
export interface KeptReport extends ReportFile {
  /** Length of its file, bytes. */
  readonly size: number;
}

/** The room that a file of this length takes on a disk, bytes. */
export const roomOf = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** The reports that have to go: too old, too many of their guest, or the oldest beyond the room there is. */
export const surplusReports = (
  reports: readonly KeptReport[],
  { ageMs, bytes }: ReportKeep,
  now: number,
): readonly KeptReport[] => {
  const oldest = timeInName(now - ageMs);
  const [young, old] = parted(reports, ({ time }) => time >= oldest);
  const tooMany = new Set(beyondOneGuest(young));
  const [kept] = parted(young, (report) => !tooMany.has(report));
  return [...old, ...tooMany, ...beyondRoom(kept, bytes)];
};

const beyondOneGuest = (reports: readonly KeptReport[]): readonly KeptReport[] => {
  const counts = new Map<string, number>();
  for (const { guest } of reports) counts.set(guest, (counts.get(guest) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > MAX_OF_ONE_GUEST)
    .flatMap(([of]) =>
      reports
        .filter(({ guest }) => guest === of)
        .toSorted(newestFirst)
        .slice(MAX_OF_ONE_GUEST),
    );
};

/** The oldest beyond the room: by the hour, and sorted in one hour alone, since an agent stands still meanwhile. */
const beyondRoom = (reports: readonly KeptReport[], bytes: number): readonly KeptReport[] => {
  const hours = new Map<string, number>();
  for (const { size, time } of reports)
    hours.set(hourOf(time), (hours.get(hourOf(time)) ?? 0) + roomOf(size));
  let room = 0;
  const full = [...hours]
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .find(([, taken]) => {
      room += taken;
      return room > bytes;
    });
  if (full === undefined) return [];
  const [hour, taken] = full;
  room -= taken;
  const inHour = reports.filter(({ time }) => hourOf(time) === hour).toSorted(newestFirst);
  const first = inHour.findIndex(({ size }) => {
    room += roomOf(size);
    return room > bytes;
  });
  return [...reports.filter(({ time }) => hourOf(time) < hour), ...inHour.slice(first)];
};

/** `20260102T03` of the time in a name. */
const hourOf = (time: string): string => time.slice(0, 11);

const newestFirst = (a: KeptReport, b: KeptReport): number =>
  a.time < b.time ? 1 : a.time > b.time ? -1 : 0;

const parted = (
  reports: readonly KeptReport[],
  isFirst: (report: KeptReport) => boolean,
): [first: KeptReport[], second: KeptReport[]] => {
  const parts: [KeptReport[], KeptReport[]] = [[], []];
  for (const report of reports) parts[isFirst(report) ? 0 : 1].push(report);
  return parts;
};
