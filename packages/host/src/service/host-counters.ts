import {
  type HostStats,
  type MigrationEventBus,
  type MigrationEvents,
  type MigrationReport,
  stationKey,
} from '@nic-herald/core';
import type { AnnounceOutcome, RefusalReason } from '@nic-herald/core/internal';
import { BoundedCounts } from './bounded-counts.js';
import { TimeCount } from './time-count.js';

/** What is counted as it happens; the rest of `HostStats` is looked up. */
export type CountedStats = Pick<
  HostStats,
  'announcements' | 'refusals' | 'frames' | 'snapshots' | 'warnings' | 'reportWarnings' | 'listenerFailures'
>;

/** Counts the facts on the bus. */
export class HostCounters {
  private readonly outcomes = new BoundedCounts<AnnounceOutcome>();
  private readonly refusals = new BoundedCounts<RefusalReason>();
  private readonly warnings = new BoundedCounts();
  private readonly reportWarnings = new BoundedCounts();
  private readonly frames = { sent: 0, accepted: 0, delayed: 0, longestDelayMs: 0 };
  private readonly resumeToLastFrame = new TimeCount();
  private readonly resumeToFirstFrame = new TimeCount();
  private stations = 0;
  private snapshots = 0;
  private listenerFailures = 0;

  constructor(bus: Pick<MigrationEventBus, 'on'>) {
    bus.on('announce:round-finished', (fact) => this.countRound(fact));
    bus.on('announce:finished', ({ report }) => this.countReport(report));
    bus.on('warning', ({ warning }) => this.warnings.add(warning.code));
    bus.on('snapshot:published', () => {
      this.snapshots += 1;
    });
    bus.on('listener:failed', () => {
      this.listenerFailures += 1;
    });
  }

  get stats(): CountedStats {
    return {
      announcements: {
        byOutcome: this.outcomes.all,
        stations: this.stations,
        resumeToLastFrame: this.resumeToLastFrame.stats,
        resumeToFirstFrame: this.resumeToFirstFrame.stats,
      },
      refusals: this.refusals.all,
      frames: { ...this.frames },
      snapshots: this.snapshots,
      warnings: this.warnings.all,
      reportWarnings: this.reportWarnings.all,
      listenerFailures: this.listenerFailures,
    };
  }

  private countRound({ round, mode }: MigrationEvents['announce:round-finished']): void {
    if (mode === 'observe') return;
    const { frames } = this;
    frames.sent += round.frames;
    frames.accepted += round.accepted;
    frames.delayed += round.delayed ?? 0;
    frames.longestDelayMs = Math.max(frames.longestDelayMs, round.delayedMs ?? 0);
  }

  private countReport(report: MigrationReport): void {
    const { mode, nics, outcome, resumedAt, firstFrameAt, lastFrameAt, warnings } = report;
    this.outcomes.add(outcome);
    for (const { refused } of nics) {
      for (const { reason, count = 1 } of refused) this.refusals.add(reason, count);
    }
    for (const { code } of warnings) this.reportWarnings.add(code);
    if (mode === 'observe' || outcome !== 'announced') return;
    this.stations += stationsIn(report);
    if (resumedAt === undefined) return;
    if (firstFrameAt !== undefined) this.resumeToFirstFrame.add(firstFrameAt - resumedAt);
    if (lastFrameAt !== undefined) this.resumeToLastFrame.add(lastFrameAt - resumedAt);
  }
}

/** Stations of a report that were announced by NICs that have a sink. */
const stationsIn = ({ nics }: MigrationReport): number => {
  const stations = nics
    .filter(({ sink }) => sink !== undefined)
    .flatMap(({ nic, announced, added }) =>
      [...announced, ...added].map(({ station }) => `${nic} ${stationKey(station)}`),
    );
  return new Set(stations).size;
};
