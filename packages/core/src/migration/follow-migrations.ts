import type { MigrationReport, NicReport, ReportWarning } from '../announce/migration-report.js';
import { proofOf } from '../announce/proof-section.js';
import { stationKey } from '../announce/station.js';
import type { Clock } from '../clock.js';
import type { Guest } from '../guest/guest.js';
import type { HeraldHost } from '../host/herald-host.js';
import { roundedMs } from '../rounded-ms.js';
import {
  type AnnouncedLine,
  type AnnouncedNic,
  MAX_LINE_MESSAGE,
  MAX_LINE_WARNINGS,
  type MigrationFactLine,
  type ProofLine,
} from './migration-line.js';

/**
 * Tells what happens to the guests of a host, one line a fact, as `MigrationLine` has it. Returns the way to stop. `tell` is
 * called by the bus: it must be quick.
 */
export const followMigrations = (
  { name: host, bus }: Pick<HeraldHost, 'name' | 'bus'>,
  clock: Pick<Clock, 'now'>,
  tell: (line: MigrationFactLine) => void,
): (() => void) => {
  const about = ({ identity, instance }: Guest) => ({ at: clock.now(), host, guest: identity, instance });
  const tellProof = (guest: Guest, report: MigrationReport): void => {
    const line = proofLine(report);
    if (line !== undefined) tell({ ...about(guest), ...line });
  };
  const stops = [
    bus.on('guest:appeared', ({ guest, phase }) => {
      if (phase === 'incoming') tell({ fact: 'awaited', ...about(guest) });
    }),
    bus.on('migration:incoming', ({ guest }) => tell({ fact: 'incoming', ...about(guest) })),
    bus.on('announce:armed', ({ guest, frames, mode }) =>
      tell({ fact: 'armed', ...about(guest), frames, ...(mode !== undefined && { mode }) }),
    ),
    bus.on('guest:resumed', ({ guest, resumedAt, readAt }) =>
      tell({ fact: 'resumed', ...about(guest), resumedAt, readAt }),
    ),
    bus.on('announce:finished', ({ guest, report }) => {
      tell({ ...about(guest), ...announcedLine(report) });
      tellProof(guest, report);
    }),
    bus.on('announce:revised', ({ guest, report }) => tellProof(guest, report)),
    bus.on('migration:failed', ({ guest, side, status }) =>
      tell({ fact: 'failed', ...about(guest), side, status: status.slice(0, MAX_LINE_MESSAGE) }),
    ),
    bus.on('migration:outgoing', ({ guest }) => tell({ fact: 'leaving', ...about(guest) })),
    bus.on('migration:completed', ({ guest, side }) => {
      if (side === 'source') tell({ fact: 'left', ...about(guest) });
    }),
    bus.on('guest:gone', ({ guest }) => tell({ fact: 'gone', ...about(guest) })),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};

/** A line without what `about` says of its guest. */
type Bare<Line extends MigrationFactLine> = Omit<Line, 'at' | 'host' | 'guest' | 'instance'>;

const announcedLine = (report: MigrationReport): Bare<AnnouncedLine> => {
  const { id, cause, retryOf, outcome, mode, resumedAt, firstFrameAt, lastFrameAt } = report;
  const from = newestSource(report);
  const nics = report.nics.map(announcedNic);
  return {
    fact: 'announced',
    ...(id !== undefined && { id }),
    cause,
    ...(retryOf !== undefined && { retryOf }),
    outcome,
    ...(mode !== undefined && { mode }),
    ...(from !== undefined && { from }),
    stations: sum(nics.map(({ stations }) => stations)),
    refused: sum(nics.map(({ refused }) => refused)),
    ...(resumedAt !== undefined &&
      firstFrameAt !== undefined && { firstFrameMs: roundedMs(firstFrameAt - resumedAt) }),
    ...(resumedAt !== undefined &&
      lastFrameAt !== undefined && { lastFrameMs: roundedMs(lastFrameAt - resumedAt) }),
    nics,
    warnings: report.warnings.slice(0, MAX_LINE_WARNINGS).map(cut),
  };
};

const announcedNic = (report: NicReport): AnnouncedNic => {
  const { nic, port, sink, announced, added, refused, firedBy, problem } = report;
  const stations =
    sink === undefined ? [] : [...announced, ...added].map(({ station }) => stationKey(station));
  return {
    nic,
    ...(port !== undefined && { port }),
    stations: new Set(stations).size,
    refused: sum(refused.map(({ count = 1 }) => count)),
    ...(firedBy !== undefined && { firedBy }),
    ...(problem !== undefined && { problem: cut(problem) }),
  };
};

const proofLine = (report: MigrationReport): Bare<ProofLine> | undefined => {
  const proof = proofOf(report);
  if (proof === undefined) return undefined;
  const { id, retryOf, revision, resumedAt } = report;
  return {
    fact: 'proof',
    ...(id !== undefined && { id }),
    ...(retryOf !== undefined && { retryOf }),
    revision,
    ...(resumedAt !== undefined && { resumedAt }),
    proof,
  };
};

const newestSource = ({ host, snapshots }: MigrationReport): string | undefined =>
  snapshots.filter((each) => each.host !== host).toSorted((a, b) => b.epoch - a.epoch)[0]?.host;

const cut = ({ code, message }: ReportWarning): ReportWarning => ({
  code,
  message: message.slice(0, MAX_LINE_MESSAGE),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
