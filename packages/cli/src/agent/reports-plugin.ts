import {
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

/** Keeps every report in a directory. */
export const reportsPlugin = (reports: ReportDirectory, logger: Logger): HeraldPlugin => ({
  name: 'nic-herald/reports',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(HOST_SERVICE, {
      factory: ({ get }) => new ReportsService(get(MIGRATION_EVENT_BUS), reports, logger),
    }),
});

class ReportsService implements HostService {
  private readonly stops: readonly (() => void)[];

  constructor(
    bus: MigrationEventBus,
    private readonly reports: ReportDirectory,
    logger: Logger,
  ) {
    const write = ({ report }: { readonly report: MigrationReport }): void => {
      reports.write(report, Date.now()).then(
        (file) => logger.debug({ file, revision: report.revision }, 'report written'),
        (error: unknown) => logger.error({ err: error }, 'a report could not be written'),
      );
    };
    this.stops = [bus.on('announce:finished', write), bus.on('announce:revised', write)];
  }

  /** Rejects with HERALD_REPORT_DIRECTORY. */
  start(): Promise<void> {
    return this.reports.start();
  }

  /** Resolves when the last report is written. */
  close(): Promise<void> {
    for (const stop of this.stops) stop();
    return this.reports.settled();
  }
}
