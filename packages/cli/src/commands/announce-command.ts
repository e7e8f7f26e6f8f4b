import {
  type AnnounceRequest,
  type GuestInspection,
  HeraldError,
  type MigrationReport,
} from '@nic-herald/core';
import type { AnnounceTiming, NicInspection } from '@nic-herald/core/internal';
import type { CliIo } from '../cli-io.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { findAccess } from '../inspect/find-access.js';
import type { GuestAccess, GuestTarget } from '../inspect/guest-access.js';
import { notSent } from '../inspect/not-sent.js';
import { localFault } from '../inspect/proof-text.js';
import { renderDryRun } from '../inspect/render-dry-run.js';
import { renderGuestList } from '../inspect/render-guest-list.js';
import { renderReport } from '../inspect/render-report.js';
import { printError } from '../print-error.js';

/** What `announce` was asked to do. */
export interface AnnounceOptions {
  /** Ids of the NICs; empty means all. */
  readonly nics: readonly string[];
  readonly timing: Partial<AnnounceTiming>;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/**
 * `nic-herald announce`: announces a running guest now, or shows what that would send. It has failed where no frame was handed
 * to a port, whatever the cause: who asked for an announcement must not take silence for one, nor `mode: observe`. And where
 * the host's own bridge shows that frames came no further than the port.
 */
export const announceCommand = async (
  target: GuestTarget,
  options: AnnounceOptions,
  io: CliIo,
): Promise<ExitCode> => {
  const found = await findAccess(target, io, { sending: !options.dryRun });
  if ('guests' in found) {
    if (found.guests.length > 0 && !options.json) io.write(renderGuestList(found.guests, io));
    throw new HeraldError(
      'HERALD_USAGE',
      'say which guest to announce: nic-herald announce GUEST, or --qmp SOCKET',
    );
  }
  try {
    return options.dryRun
      ? await showPlan(found.access, options, io)
      : await announceNow(found.access, options, io);
  } finally {
    await found.access.close();
  }
};

const showPlan = async (
  access: GuestAccess,
  { nics, json }: AnnounceOptions,
  io: CliIo,
): Promise<ExitCode> => {
  const inspection = await access.inspect();
  const shown = chosen(inspection, nics);
  io.write(json ? asJson({ ...inspection, nics: shown }) : renderDryRun(inspection, shown, io));
  return EXIT.ok;
};

const chosen = ({ nics }: GuestInspection, ids: readonly string[]): readonly NicInspection[] => {
  const missing = ids.find((id) => !nics.some(({ nic }) => nic.id === id));
  if (missing === undefined) return ids.length === 0 ? nics : nics.filter(({ nic }) => ids.includes(nic.id));
  const known = nics.map(({ nic }) => nic.id).join(', ');
  throw new HeraldError(
    'HERALD_NIC_UNKNOWN',
    `the guest has no NIC '${missing}'; it has ${known === '' ? 'none' : known}`,
    { details: { nic: missing } },
  );
};

const announceNow = async (
  access: GuestAccess,
  { nics, timing, json }: AnnounceOptions,
  io: CliIo,
): Promise<ExitCode> => {
  const stopped = new AbortController();
  let signal: NodeJS.Signals | undefined;
  void io.untilStopped().then((by) => {
    signal = by;
    stopped.abort();
  });
  const request: AnnounceRequest = { timing, signal: stopped.signal, ...(nics.length === 0 ? {} : { nics }) };
  let report: MigrationReport;
  try {
    report = await access.announce(request);
  } catch (error) {
    if (signal === undefined) throw error;
    const ended = `the announcement was ended by ${signal}: what was not sent by then is not sent`;
    printError(new HeraldError('HERALD_CANCELLED', ended), io, { debug: false });
    return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  }
  io.write(json ? asJson({ ...report, notSent: notSent(report) }) : renderReport(report, io));
  if (report.outcome !== 'announced') return EXIT.failure;
  const fault = localFault(report);
  if (fault === undefined) return EXIT.ok;
  printError(new HeraldError('HERALD_UNPROVED', `the frames left, but ${fault}`), io, { debug: false });
  return EXIT.failure;
};

const asJson = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
