import type { MigrationEventBus, MigrationEvents, MigrationReport } from '@nic-herald/core';
import { CAUSES, OUTCOMES, SIDES, STATUSES } from './known-labels.js';
import { type Labels, type MetricValue, metricValue } from './metric-value.js';

/** Takes what a histogram is made of, in its unit. */
export type Observe = (name: string, value: number) => void;

/** Counts of one counter by its labels, all of which are known beforehand. */
class Counts {
  private readonly values = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(
    private readonly name: string,
    series: readonly Labels[],
  ) {
    for (const labels of series) this.values.set(keyOf(labels), { labels, value: 0 });
  }

  add(labels: Labels, count = 1): void {
    const known = this.values.get(keyOf(labels));
    if (known !== undefined) known.value += count;
  }

  get all(): readonly MetricValue[] {
    return [...this.values.values()].map(({ labels, value }) => metricValue(this.name, value, labels));
  }
}

const keyOf = (labels: Labels): string => Object.values(labels).join(' ');
const byOutcome = OUTCOMES.map((outcome) => ({ outcome }));

/**
 * Counts what the host does not count itself. It hears of facts when the frames that are due are out, and does no more than
 * add up.
 */
export class FactCounts {
  private readonly migrations = new Counts('nic_herald_migrations_total', byOutcome);
  private readonly retries = new Counts('nic_herald_announcement_retries_total', byOutcome);
  private readonly announcements = new Counts(
    'nic_herald_announcements_total',
    CAUSES.flatMap((cause) => OUTCOMES.map((outcome) => ({ cause, outcome }))),
  );
  private readonly ended = new Counts(
    'nic_herald_hypervisor_migrations_total',
    SIDES.flatMap((side) => STATUSES.map((status) => ({ side, status }))),
  );
  private readonly lost = new Counts('nic_herald_frames_lost_total', [{}]);
  private readonly stops: readonly (() => void)[];

  constructor(
    bus: Pick<MigrationEventBus, 'on'>,
    private readonly observe: Observe,
  ) {
    this.stops = [
      bus.on('announce:finished', ({ report }) => this.announced(report)),
      bus.on('announce:round-finished', (fact) => this.sent(fact)),
      bus.on('migration:completed', ({ side }) => this.ended.add({ side, status: 'completed' })),
      bus.on('migration:failed', ({ side }) => this.ended.add({ side, status: 'failed' })),
    ];
  }

  get values(): readonly MetricValue[] {
    const { migrations, announcements, retries, ended, lost } = this;
    return [migrations, announcements, retries, ended, lost].flatMap(({ all }) => all);
  }

  /** Counts nothing any more. */
  close(): void {
    for (const stop of this.stops) stop();
  }

  private announced(report: MigrationReport): void {
    const { cause, outcome, retryOf, mode, snapshotAgeMs, resumedAt } = report;
    this.announcements.add({ cause, outcome });
    if (retryOf !== undefined) this.retries.add({ outcome });
    else if (cause !== 'manual') this.migrations.add({ outcome });
    if (snapshotAgeMs !== undefined && retryOf === undefined) {
      this.observe('nic_herald_handoff_entry_age_seconds', snapshotAgeMs / 1000);
    }
    if (mode === 'observe' || outcome !== 'announced' || resumedAt === undefined) return;
    const since = (name: string, at: number | undefined): void => {
      // QEMU's clock and ours may disagree by a little
      if (at !== undefined) this.observe(name, Math.max(0, at - resumedAt) / 1000);
    };
    since('nic_herald_resume_to_first_frame_seconds', report.firstFrameAt);
    since('nic_herald_resume_to_last_frame_seconds', report.lastFrameAt);
  }

  private sent({ round, mode }: MigrationEvents['announce:round-finished']): void {
    if (mode === 'observe') return;
    this.lost.add({}, round.lost ?? 0);
    if (round.delayedMs !== undefined) this.observe('nic_herald_pacer_wait_seconds', round.delayedMs / 1000);
  }
}
