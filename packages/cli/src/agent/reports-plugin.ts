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
  REPORT_ARCHIVE,
  type ReportArchive,
  type ReportCounts,
  type Resolver,
} from '@nic-herald/core';
import { type PendingReport, type ReportKeep, type ReportNotice, ReportWriter } from '@nic-herald/reports';
import type { Logger } from 'pino';
import { WindowLimit } from './window-limit.js';

/** So many announcements of one guest have a file, within so long, ms. */
const LIMITS = { most: 100, windowMs: 600_000 };
/** So many reports that were lost are told of one by one within so long, ms. */
const LOST_LIMITS = { most: 10, windowMs: 10_000 };
/** Most announcements without a file of which that is remembered: their later revisions have none either. */
const MOST_REMEMBERED = 1024;
/** At the end, reports that wait are written for so long, ms; an agent has 5 s to end. */
const CLOSE_WITHIN_MS = 2000;
/** What could not be written stands in the log as a whole up to this length, bytes, and all of it together up to that. */
const MAX_LOGGED = 16_384;
const MAX_LOGGED_TOGETHER = 1_048_576;

/** Where reports are kept, and how long; absent: as the reports' own default says. */
export interface ReportsPlace {
  readonly directory: string;
  readonly keep?: ReportKeep | undefined;
}

/** Keeps every report in a directory. */
export const reportsPlugin = (place: ReportsPlace, logger: Logger): HeraldPlugin => ({
  name: 'nic-herald/reports',
  contract: PLUGIN_CONTRACT,
  install: (registrar) => {
    let service: ReportsService | undefined; // one, under both tokens
    const factory = ({ get }: Resolver): ReportsService => {
      service ??= new ReportsService(get(MIGRATION_EVENT_BUS), get(CLOCK), place, logger);
      return service;
    };
    registrar.contribute(HOST_SERVICE, { factory });
    registrar.contribute(REPORT_ARCHIVE, { factory });
  },
});

class ReportsService implements HostService, ReportArchive {
  private readonly stops: readonly (() => void)[];
  private readonly limit: WindowLimit<string>;
  private readonly lost: WindowLimit<string>;
  private readonly writer: ReportWriter;
  /** The ids of announcements that have no file. */
  private readonly unwritten = new Set<string>();

  constructor(
    bus: MigrationEventBus,
    clock: Clock,
    { directory, keep }: ReportsPlace,
    private readonly logger: Logger,
  ) {
    this.limit = new WindowLimit(clock, LIMITS, ({ first: guest, count }) => {
      const message = `guest ${guest}: ${count} more reports in ${LIMITS.windowMs / 1000} s were not written`;
      logger.warn({ guest, leftOut: count }, message);
    });
    this.lost = new WindowLimit<string>(clock, LOST_LIMITS, ({ count }) => {
      logger.error({ code: 'HERALD_REPORT_LOST', leftOut: count }, `${count} more reports were lost`);
    });
    this.writer = new ReportWriter(directory, clock, (notice) => this.tell(notice), keep);
    const write = ({ report }: { readonly report: MigrationReport }): void => {
      if (this.mayWrite(report)) this.writer.add(report, Date.now());
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

  private tell(notice: ReportNotice): void {
    const { logger } = this;
    switch (notice.kind) {
      case 'written':
        logger.debug({ file: notice.entry.file, revision: notice.entry.revision }, 'report written');
        break;
      case 'waiting': {
        const { error, waiting } = notice;
        const message = `${error.message}; reports wait in memory (now ${waiting}) and are written as soon as it takes them`;
        logger.error({ code: error.code, waiting }, message);
        break;
      }
      case 'lost': {
        const { entry, error } = notice;
        if (this.lost.admits('', '')) logger.error({ code: error.code, ...aboutOf(entry) }, error.message);
        break;
      }
      case 'over': {
        const { forMs, lost, written } = notice;
        const message = `reports are written again after ${Math.round(forMs / 1000)} s: ${written} that waited were written, ${lost} were lost`;
        logger.warn({ code: 'HERALD_REPORT_DIRECTORY', written, lost }, message);
        break;
      }
    }
  }

  counts(): ReportCounts {
    return this.writer.counts();
  }

  /** Rejects with HERALD_REPORT_DIRECTORY. */
  start(): Promise<void> {
    return this.writer.start();
  }

  /** Resolves when every report is written, or stands in the log because it could not be. */
  async close(): Promise<void> {
    for (const stop of this.stops) stop();
    this.limit.end();
    let room = MAX_LOGGED_TOGETHER;
    for (const left of await this.writer.close(CLOSE_WITHIN_MS)) {
      const isWhole = left.text.length <= Math.min(MAX_LOGGED, room);
      if (isWhole) room -= left.text.length;
      this.logUnwritten(left, isWhole);
    }
    this.lost.end();
  }

  private logUnwritten({ entry, text }: PendingReport, isWhole: boolean): void {
    const report = isWhole ? { report: JSON.parse(text.toString()) as unknown } : {};
    const message = `a report could not be written before the end${isWhole ? '' : ', and is too long for the log'}`;
    this.logger.error({ code: 'HERALD_REPORT_LOST', ...aboutOf(entry), ...report }, message);
  }
}

/** What the log says of a report. */
const aboutOf = ({ guest, ...entry }: PendingReport['entry']): object => ({
  guest: guestLabel(guest),
  ...entry,
});
