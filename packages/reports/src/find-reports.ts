import type { ReportEntry } from './report-entry.js';

/** Fewest characters by which a report may be named: fewer are a slip. */
const MIN_LENGTH = 4;

/** The reports that a text may mean: the beginning of an id, or the name of a file; its whole id or name goes first. */
export const findReports = (entries: readonly ReportEntry[], named: string): readonly ReportEntry[] => {
  const exact = entries.filter(({ file, id }) => id === named || file === named || file === `${named}.json`);
  if (exact.length > 0 || named.length < MIN_LENGTH) return exact;
  return entries.filter(({ id }) => id?.startsWith(named.toLowerCase()));
};
