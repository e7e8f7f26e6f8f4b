import {
  CLOCK,
  type Clock,
  guestLabel,
  type HeraldPlugin,
  HOST_SERVICE,
  type HostService,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
  type MigrationReport,
  PLUGIN_CONTRACT,
} from '@nic-herald/core';
import type { Logger } from 'pino';
import type { ReportDirectory } from './report-directory.js';
import { WindowLimit } from './window-limit.js';

/** So many announcements of one guest have a file, within so long, ms. */
const LIMITS = { most: 100, windowMs: 600_000 };
/** So many failures to write are told of within so long, ms. */
const FAILURE_LIMITS = { most: 10, windowMs: 10_000 };
/** Most announcements without a file of which that is remembered: their later revisions have none either. */
const MOST_REMEMBERED = 1024;

/** Keeps every report in a directory. */
export const reportsPlugin = (reports: ReportDirectory, logger: Logger): HeraldPlugin => ({
  name: 'nic-herald/reports',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(HOST_SERVICE, {
      factory: ({ get }) => new ReportsService(get(MIGRATION_EVENT_BUS), get(CLOCK), reports, logger),
    }),
});

class ReportsService implements HostService {
  private readonly stops: readonly (() => void)[];
  private readonly limit: WindowLimit<string>;
  private readonly failures: WindowLimit<string>;
  /** The ids of announcements that have no file. */
  private readonly unwritten = new Set<string>();

  constructor(
    bus: MigrationEventBus,
    clock: Clock,
    private readonly reports: ReportDirectory,
    logger: Logger,
  ) {
    this.limit = new WindowLimit(clock, LIMITS, ({ first: guest, count }) => {
      const message = `guest ${guest}: ${count} more reports in ${LIMITS.windowMs / 1000} s were not written`;
      logger.warn({ guest, leftOut: count }, message);
    });
    const failures = new WindowLimit<string>(clock, FAILURE_LIMITS, ({ count }) => {
      logger.error({ leftOut: count }, `${count} more reports could not be written`);
    });
    this.failures = failures;
    const write = ({ report }: { readonly report: MigrationReport }): void => {
      if (!this.mayWrite(report)) return;
      reports.write(report, Date.now()).then(
        (file) => logger.debug({ file, revision: report.revision }, 'report written'),
        (error: unknown) => {
          if (failures.admits('', '')) logger.error({ err: error }, 'a report could not be written');
        },
      );
    };
    this.stops = [bus.on('announce:finished', write), bus.on('announce:revised', write)];
  }

  /** A later revision goes the way of the first. */
  private mayWrite({ guest, id, revision }: MigrationReport): boolean {
    if (revision > 1) return id === undefined || !this.unwritten.has(id);
    const label = guestLabel(guest);
    if (this.limit.admits(label, label)) return true;
    if (id !== undefined) this.unwritten.add(id);
    const [oldest] = this.unwritten;
    if (this.unwritten.size > MOST_REMEMBERED && oldest !== undefined) this.unwritten.delete(oldest);
    return false;
  }

  /** Rejects with HERALD_REPORT_DIRECTORY. */
  start(): Promise<void> {
    return this.reports.start();
  }

  /** Resolves when the last report is written. */
  close(): Promise<void> {
    for (const stop of this.stops) stop();
    this.limit.end();
    const { failures } = this;
    return this.reports.settled().finally(() => failures.end());
  }
}
