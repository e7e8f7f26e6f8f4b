import { type MultiToken, multiToken } from '../di/injection.js';

/** What became of the reports that were to be kept. A later revision counts as a report of its own. */
export interface ReportCounts {
  /** Since the start. */
  readonly written: number;
  /** In memory now: they could not be written yet. */
  readonly waiting: number;
  /** Since the start: they never will be. */
  readonly lost: number;
}

/** Keeps reports beyond the life of the agent, as files for example. */
export interface ReportArchive {
  /** Asked at each look at `HeraldHost.stats()`: never throws, and never waits. */
  counts(): ReportCounts;
}

/** What keeps reports, for the numbers of the host. What writes them stands under `HOST_SERVICE` as well. */
export const REPORT_ARCHIVE: MultiToken<ReportArchive> = multiToken<ReportArchive>('core/report-archive');
