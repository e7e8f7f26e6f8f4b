import { guestKeyOf, type MigrationReport } from '@nic-herald/core';

/** What the name of a report's file says of it. */
export interface ReportFile {
  readonly file: string;
  /** The guest as it stands in the name: its UUID, or what is left of its name. Two guests may share one. */
  readonly guest: string;
  /** When the announcement was over, UTC, as it stands in the name: `20260102T030405678Z`. Later is greater. */
  readonly time: string;
}

const MAX_GUEST = 80;
const NAME = /^(.+)-e\d{1,16}-(?:migration|late|manual)-(\d{8}T\d{9}Z)(?:-\d{1,4})?\.json$/;

/**
 * `web-1-e3-migration-20260102T030405678Z.json`: guest, epoch, cause, and when it was over (ms since 1970 UTC); from
 * the second `copy` of one name on with its number, `...678Z-2.json`. What is no letter, digit, dot or dash in a
 * guest's name, which is not ours to trust, becomes `_`.
 */
export const reportFileName = (
  report: Pick<MigrationReport, 'guest' | 'epoch' | 'cause'>,
  at: number,
  copy = 1,
): string => {
  const time = timeInName(at);
  const number = copy === 1 ? '' : `-${copy}`;
  return `${guestInName(report)}-e${report.epoch}-${report.cause}-${time}${number}.json`;
};

/** A guest as it stands in the names of its reports. */
export const guestInName = ({ guest }: Pick<MigrationReport, 'guest'>): string =>
  (guestKeyOf(guest) ?? 'unnamed')
    .replace(/^(uuid|name):/, '')
    .replace(/[^A-Za-z0-9.-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, MAX_GUEST);

/** Reads the name of a file; `undefined` where no report is called so. */
export const parseReportFileName = (file: string): ReportFile | undefined => {
  const [, guest = '', time = ''] = NAME.exec(file) ?? [];
  return guest === '' || guest.length > MAX_GUEST ? undefined : { file, guest, time };
};

/** A time as it stands in names; before the year 0 and after 9999 the nearest that can. */
export const timeInName = (at: number): string =>
  new Date(Math.min(Math.max(at, FIRST_TIME), LAST_TIME)).toISOString().replace(/[-:.]/g, '');

const FIRST_TIME = Date.parse('0000-01-01T00:00Z');
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

/** When the announcement was over, ms since 1970 UTC. */
export const finishedAt = ({ time }: Pick<ReportFile, 'time'>): number =>
  Date.UTC(
    Number(time.slice(0, 4)),
    Number(time.slice(4, 6)) - 1,
    Number(time.slice(6, 8)),
    Number(time.slice(9, 11)),
    Number(time.slice(11, 13)),
    Number(time.slice(13, 15)),
    Number(time.slice(15, 18)),
  );
