import { type AnnounceMode, type MigrationReport, stationKey } from '@nic-herald/core';
import { type AnnounceCause, type AnnounceOutcome, multicastOf, roundedMs } from '@nic-herald/core/internal';

/** A report in one line's worth of numbers. */
export interface ReportSummary {
  readonly epoch: number;
  readonly cause: AnnounceCause;
  /** `observe` where nothing was sent and all numbers are what would have been; else absent. */
  readonly mode?: AnnounceMode;
  readonly outcome: AnnounceOutcome;
  readonly nics: number;
  /** Stations announced on NICs that have a sink, those found on the card after the resume too. */
  readonly stations: number;
  /** IP addresses announced with them. */
  readonly addresses: number;
  /** Announcements of each kind for them, in one round. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Candidates left out. */
  readonly refused: number;
  readonly rounds: number;
  /** Frames of all rounds, and how many of them the kernel took. */
  readonly frames: number;
  readonly accepted: number;
  /** Who sent the first frames of its NICs; absent: none were sent, or the report is older than this. */
  readonly firedBy?: 'kernel' | 'agent' | 'both';
  /** Frames that the kernel sent by itself; absent: none. */
  readonly byKernel?: number;
  /** Frames of all rounds that had to wait for the host's pace, and the longest wait, ms; absent: none. */
  readonly delayed?: number;
  readonly delayedMs?: number;
  /** Queries for multicast groups that the guest was sent, and reports that came back; absent: none was sent. */
  readonly multicastQueries?: number;
  readonly multicastReports?: number;
  /** From the hypervisor's RESUME to the last frame of round 1, ms; absent where there was no RESUME. */
  readonly resumeToLastFrameMs?: number;
}

/** Sums up a report. */
export const reportSummary = (report: MigrationReport): ReportSummary => {
  const { resumedAt, lastFrameAt, rounds, nics } = report;
  const announced = nics.flatMap(({ nic, sink, announced, added }) =>
    sink === undefined
      ? []
      : [...announced, ...added].map((each) => ({ ...each, at: `${nic} ${stationKey(each.station)}` })),
  );
  return {
    epoch: report.epoch,
    cause: report.cause,
    ...(report.mode === undefined ? {} : { mode: report.mode }),
    outcome: report.outcome,
    nics: nics.length,
    stations: new Set(announced.map(({ at }) => at)).size,
    addresses: new Set(
      announced.flatMap(({ address, at }) => (address === undefined ? [] : [`${at} ${address}`])),
    ).size,
    kinds: counted(announced.map(({ kind }) => kind)),
    refused: sum(nics.flatMap((nic) => nic.refused.map((refusal) => refusal.count ?? 1))),
    rounds: rounds.length,
    frames: sum(rounds.map((round) => round.frames)),
    accepted: sum(rounds.map((round) => round.accepted)),
    ...firing(report),
    ...delays(rounds),
    ...multicast(report),
    ...(resumedAt === undefined || lastFrameAt === undefined
      ? {}
      : { resumeToLastFrameMs: roundedMs(lastFrameAt - resumedAt) }),
  };
};

const firing = ({ nics, rounds }: MigrationReport): Pick<ReportSummary, 'firedBy' | 'byKernel'> => {
  const [firedBy, other] = new Set(nics.flatMap((nic) => nic.firedBy ?? []));
  const byKernel = sum(rounds.map((round) => round.byKernel ?? 0));
  return {
    ...(firedBy === undefined ? {} : { firedBy: other === undefined ? firedBy : ('both' as const) }),
    ...(byKernel === 0 ? {} : { byKernel }),
  };
};

const delays = (rounds: MigrationReport['rounds']): Pick<ReportSummary, 'delayed' | 'delayedMs'> => {
  const delayed = sum(rounds.map((round) => round.delayed ?? 0));
  const delayedMs = roundedMs(Math.max(0, ...rounds.map((round) => round.delayedMs ?? 0)));
  return delayed === 0 ? {} : { delayed, delayedMs };
};

const multicast = (report: MigrationReport): Pick<ReportSummary, 'multicastQueries' | 'multicastReports'> => {
  const asked = [...multicastOf(report).values()];
  const came = asked.flatMap(({ reports }) => reports ?? []);
  return asked.length === 0
    ? {}
    : {
        multicastQueries: sum(asked.map(({ queries }) => queries)),
        ...(asked.some(({ reports }) => reports !== undefined)
          ? { multicastReports: sum(came.map(({ igmp, mld }) => igmp + mld)) }
          : {}),
      };
};

const counted = (words: readonly string[]): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries(counts);
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
