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
export interface KeptReport {
  readonly file: string;
  /** The guest as it stands in the name. */
  readonly guest: string;
  /** ms since 1970 UTC. */
  readonly at: number;
  /** Bytes. */
  readonly size: number;
}

/** The room that a file of this length takes on a disk, bytes. */
export const roomOf = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** The reports that have to go: too old, too many of their guest, or the oldest beyond the room there is. */
export const surplusReports = (
  reports: readonly KeptReport[],
  { ageMs, bytes }: ReportKeep,
  now: number,
): readonly string[] => {
  const surplus: string[] = [];
  const ofGuest = new Map<string, number>();
  let room = 0;
  for (const { at, file, guest, size } of reports.toSorted((a, b) => b.at - a.at)) {
    const newer = ofGuest.get(guest) ?? 0;
    if (newer >= MAX_OF_ONE_GUEST) {
      surplus.push(file);
      continue;
    }
    ofGuest.set(guest, newer + 1);
    room += roomOf(size);
    if (at < now - ageMs || room > bytes) surplus.push(file);
  }
  return surplus;
};
