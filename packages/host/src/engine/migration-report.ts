import type {
  AnnounceCause,
  AnnounceMode,
  Guest,
  HeraldError,
  MigrationReport,
  MulticastRefreshReport,
  NicReport,
  ReportWarning,
} from '@nic-herald/core';
import { toldMode } from '../announce/announce-mode.js';
import type { RunResult } from '../announce/announcement-run.js';
import type { PreparedNic } from './prepared-announcement.js';
import { reportWarnings } from './report-warnings.js';

/** What a report is made of. */
export interface ReportParts {
  readonly guest: Guest;
  readonly host: string;
  readonly epoch: number;
  readonly cause: AnnounceCause;
  readonly snapshots: MigrationReport['snapshots'];
  readonly resumed?: { readonly resumedAt: number; readonly readAt: number };
  readonly mode: AnnounceMode;
  readonly result: RunResult;
  readonly nics: readonly PreparedNic[];
  /** How the guest was asked for its groups, by NIC id. */
  readonly multicast: ReadonlyMap<string, MulticastRefreshReport>;
  readonly faults: readonly HeraldError[];
}

/** Writes down one announcement. */
export const migrationReport = (parts: ReportParts): MigrationReport => {
  const { guest, host, epoch, cause, mode, snapshots, resumed, result, nics, multicast, faults } = parts;
  const { outcome, rounds, failures, firstFrameAt, lastFrameAt } = result;
  const sendWarnings = failures.slice(0, MAX_SEND_WARNINGS).map(
    ({ nic, round, failure }): ReportWarning => ({
      code: 'HERALD_SEND_FAILED',
      message: `${nic}: the system refused frames in round ${round}: ${failure}`,
    }),
  );
  return {
    format: 1,
    guest: guest.identity,
    host,
    epoch,
    cause,
    ...toldMode(mode),
    outcome,
    snapshots,
    ...(resumed === undefined ? {} : { resumedAt: resumed.resumedAt, readAt: resumed.readAt }),
    ...(firstFrameAt === undefined ? {} : { firstFrameAt }),
    ...(lastFrameAt === undefined ? {} : { lastFrameAt }),
    rounds,
    nics: nics.map((nic) => nicReport(nic, multicast.get(nic.plan.nic.id))),
    warnings: [...reportWarnings(faults), ...sendWarnings],
  };
};

const MAX_SEND_WARNINGS = 16;

const nicReport = (
  { plan, sink, announced, added, withdrawn, refused, incomplete }: PreparedNic,
  multicast: MulticastRefreshReport | undefined,
): NicReport => ({
  nic: plan.nic.id,
  model: plan.model,
  ...(plan.nic.port === undefined ? {} : { port: plan.nic.port.name }),
  ...(sink === undefined ? {} : { sink }),
  source: plan.source,
  announced,
  added,
  withdrawn,
  refused,
  incomplete,
  ...(multicast === undefined ? {} : { multicast }),
});
