import { dirname, resolve } from 'node:path';
import { HeraldError } from '@nic-herald/core';
import {
  findReports,
  listReports,
  type ReportEntry,
  type ReportList,
  type ReportQuery,
  readReport,
} from '@nic-herald/reports';
import type { CliIo } from '../cli-io.js';
import { DEFAULT_CONFIG, readableConfig } from '../config/default-config.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { reportTable } from '../history/report-table.js';
import { firstOf } from '../inspect/list-text.js';
import { printError } from '../print-error.js';

/** Most reports that cannot be read of which each is told. */
const MAX_TOLD = 5;

/** What `history` was asked. */
export interface HistoryOptions {
  /** One report, by its id, the beginning of it, or the name of its file; absent: a list. */
  readonly report?: string;
  readonly reportDir?: string;
  readonly config?: string;
  readonly query: ReportQuery;
  readonly json: boolean;
}

/**
 * `nic-herald history`: the reports that were kept, the newest last, or one of them. Reads files alone: no agent is needed or
 * disturbed.
 */
export const historyCommand = async (options: HistoryOptions, io: CliIo): Promise<ExitCode> => {
  const { json, query, report } = options;
  const directory = await directoryOf(options);
  const list = await listReports(directory, query);
  if (report !== undefined) return await showOne(directory, oneOf(directory, list, report), json, io);
  if (json) io.write(`${JSON.stringify(list.entries, undefined, 2)}\n`);
  else if (list.entries.length > 0) io.write(reportTable(list.entries, { color: io.color, now: Date.now() }));
  else io.writeError(`nic-herald: ${directory} has ${nothing(query)}\n`);
  return tellUnreadable(list, io);
};

const nothing = ({ guest, outcome, since, unproved }: ReportQuery): string =>
  guest === undefined && outcome === undefined && since === undefined && unproved === undefined
    ? 'no reports'
    : 'no report that was asked for: --since, --guest, --outcome and --unproved must all be met';

const showOne = async (
  directory: string,
  entry: ReportEntry,
  json: boolean,
  io: CliIo,
): Promise<ExitCode> => {
  const { report } = await readReport(directory, entry.file);
  const { renderKeptReport } = await import('../history/render-kept-report.js');
  io.write(
    json
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : renderKeptReport(directory, entry, report, { color: io.color }),
  );
  return EXIT.ok;
};

const oneOf = (directory: string, { entries }: ReportList, named: string): ReportEntry => {
  const found = findReports(entries, named);
  const [entry, ...others] = found;
  if (entry !== undefined && others.length === 0) return entry;
  const message =
    entry === undefined
      ? `${directory} has no report '${named}' among those that were asked for: give an id, at least 4 characters of it, or the name of a file`
      : `'${named}' may be ${found.length} reports: ${firstOf(
          found.map(({ file, id }) => id ?? file),
          8,
        )}`;
  throw new HeraldError('HERALD_REPORT_UNKNOWN', message, { details: { directory } });
};

const tellUnreadable = ({ unreadable, unreadableCount }: ReportList, io: CliIo): ExitCode => {
  for (const error of unreadable.slice(0, MAX_TOLD)) printError(error, io, { debug: false });
  const more = unreadableCount - Math.min(unreadable.length, MAX_TOLD);
  if (more > 0) io.writeError(`nic-herald: ${more} more reports cannot be read (HERALD_REPORT_UNREADABLE)\n`);
  return unreadableCount === 0 ? EXIT.ok : EXIT.failure;
};

/** The directory that was named, or that of the agent's herald.yaml. */
const directoryOf = async ({ config, reportDir }: HistoryOptions): Promise<string> => {
  if (reportDir !== undefined) return resolve(reportDir);
  const file = config ?? (await readableConfig(DEFAULT_CONFIG));
  if (file === undefined) {
    const message = `it is not known where reports are kept: there is no ${DEFAULT_CONFIG} that this user can read. Give --report-dir DIR or --config FILE`;
    throw new HeraldError('HERALD_USAGE', message);
  }
  const { loadConfig } = await import('../config/load-config.js');
  const { reports } = (await loadConfig(file)).config;
  if (reports?.directory !== undefined) return resolve(dirname(file), reports.directory);
  const message = `${file} names no reports.directory, so an agent keeps no reports by it. Give --report-dir DIR if it was started with that`;
  throw new HeraldError('HERALD_USAGE', message);
};
