import type { AnnounceMode, Guest, HeraldError, MigrationReport } from '@nic-herald/core';
import type { AnnounceCause, NicReport, ReportWarning } from '@nic-herald/core/internal';
import { toldMode } from '../announce/announce-mode.js';
import type { RunResult } from '../announce/announcement-run.js';
import type { CompanyWord } from '../companions/company.js';
import type { NicFiring } from './nic-firing.js';
import { portWarnings } from './port-warnings.js';
import type { PreparedNic } from './prepared-nic.js';
import { reportWarnings } from './report-warnings.js';

/** What a report is made of. */
export interface ReportParts {
  readonly id: string;
  readonly guest: Guest;
  readonly host: string;
  readonly epoch: number;
  readonly cause: AnnounceCause;
  readonly retryOf?: string;
  readonly snapshots: MigrationReport['snapshots'];
  readonly snapshotAgeMs?: number;
  readonly resumed?: { readonly resumedAt: number; readonly readAt: number };
  readonly mode: AnnounceMode;
  readonly result: RunResult;
  readonly nics: readonly PreparedNic[];
  /** By whom each was announced, by NIC id. */
  readonly firings: ReadonlyMap<string, NicFiring>;
  readonly faults: readonly HeraldError[];
}

/** Writes down one announcement, without what its companions say. */
export const migrationReport = (parts: ReportParts): MigrationReport => {
  const { id, guest, host, epoch, cause, retryOf, mode, snapshots, snapshotAgeMs, resumed, result } = parts;
  const { nics, firings, faults } = parts;
  const { outcome, rounds, failures, firstFrameAt, lastFrameAt } = result;
  const sendWarnings = failures.slice(0, MAX_SEND_WARNINGS).map(
    ({ nic, round, failure }): ReportWarning => ({
      code: 'HERALD_SEND_FAILED',
      message: `${nic}: the system refused frames in round ${round}: ${failure}`,
    }),
  );
  return {
    format: 1,
    id,
    revision: 1,
    ...(retryOf === undefined ? {} : { retryOf }),
    guest: guest.identity,
    host,
    epoch,
    cause,
    ...toldMode(mode),
    outcome,
    snapshots,
    ...(snapshotAgeMs === undefined ? {} : { snapshotAgeMs: Math.round(snapshotAgeMs) }),
    ...(resumed === undefined ? {} : { resumedAt: resumed.resumedAt, readAt: resumed.readAt }),
    ...(firstFrameAt === undefined ? {} : { firstFrameAt }),
    ...(lastFrameAt === undefined ? {} : { lastFrameAt }),
    rounds,
    nics: nics.map((nic) => nicReport(nic, firings.get(nic.plan.nic.id))),
    warnings: [...reportWarnings(faults), ...sendWarnings, ...nics.flatMap(portWarnings)],
  };
};

const MAX_SEND_WARNINGS = 16;

const nicReport = (nic: PreparedNic, firing: NicFiring | undefined): NicReport => {
  const { plan, problem, sink, announced, added, withdrawn, refused, incomplete } = nic;
  return {
    nic: plan.nic.id,
    model: plan.model,
    ...(plan.nic.port === undefined ? {} : { port: plan.nic.port.name }),
    ...(sink === undefined ? {} : { sink }),
    ...(problem === undefined ? {} : { problem: { code: problem.code, message: problem.message } }),
    ...firing,
    source: plan.source,
    announced,
    added,
    withdrawn,
    refused,
    incomplete,
  };
};

/** A revision of a report: as it was first, and what its companions say so far. */
export const revisedReport = (
  first: MigrationReport,
  revision: number,
  { sections, faults }: CompanyWord,
): MigrationReport => ({
  ...first,
  revision,
  warnings: [...first.warnings, ...reportWarnings(faults)],
  ...(Object.keys(sections).length === 0 ? {} : { sections }),
});
