import type { AnnounceCause, AnnounceOutcome, MigrationReport } from '@nic-herald/core';

/** A report in one line's worth of numbers. */
export interface ReportSummary {
  readonly epoch: number;
  readonly cause: AnnounceCause;
  readonly outcome: AnnounceOutcome;
  readonly nics: number;
  /** Announcements of one round on NICs that have a sink, those found on the card after the resume too. */
  readonly stations: number;
  /** Candidates left out. */
  readonly refused: number;
  readonly rounds: number;
  /** Frames of all rounds, and how many of them the kernel took. */
  readonly frames: number;
  readonly accepted: number;
  /** From the hypervisor's RESUME to the last frame of round 1, ms; absent where there was no RESUME. */
  readonly resumeToLastFrameMs?: number;
}

/** Sums up a report. */
export const reportSummary = (report: MigrationReport): ReportSummary => {
  const { resumedAt, lastFrameAt, rounds, nics } = report;
  return {
    epoch: report.epoch,
    cause: report.cause,
    outcome: report.outcome,
    nics: nics.length,
    stations: sum(
      nics.map(({ sink, announced, added }) => (sink === undefined ? 0 : announced.length + added.length)),
    ),
    refused: sum(nics.flatMap((nic) => nic.refused.map((refusal) => refusal.count ?? 1))),
    rounds: rounds.length,
    frames: sum(rounds.map((round) => round.frames)),
    accepted: sum(rounds.map((round) => round.accepted)),
    ...(resumedAt === undefined || lastFrameAt === undefined
      ? {}
      : { resumeToLastFrameMs: Math.round((lastFrameAt - resumedAt) * 1000) / 1000 }),
  };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
