import {
  ANNOUNCE_CAUSES,
  ANNOUNCE_OUTCOMES,
  type MigrationEventBus,
  type MigrationEvents,
  type MigrationReport,
} from '@nic-herald/core';
import { PROOF_CAUSES, PROOF_VERDICTS, proofOf } from '@nic-herald/core/internal';
import { FIRED_BY, SIDES, STATUSES } from './known-labels.js';
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
/** Revisions come for ten minutes: more announcements than these end in that time nowhere. */
const MOST_COUNTED = 10_000;
const byOutcome = ANNOUNCE_OUTCOMES.map((outcome) => ({ outcome }));

/**
 * Counts what the host does not count itself. It hears of facts when the frames that are due are out, and does no more than
 * add up.
 */
export class FactCounts {
  private readonly migrations = new Counts('nic_herald_migrations_total', byOutcome);
  private readonly retries = new Counts('nic_herald_announcement_retries_total', byOutcome);
  private readonly announcements = new Counts(
    'nic_herald_announcements_total',
    ANNOUNCE_CAUSES.flatMap((cause) => ANNOUNCE_OUTCOMES.map((outcome) => ({ cause, outcome }))),
  );
  private readonly ended = new Counts(
    'nic_herald_hypervisor_migrations_total',
    SIDES.flatMap((side) => STATUSES.map((status) => ({ side, status }))),
  );
  private readonly fired = new Counts(
    'nic_herald_nics_announced_total',
    FIRED_BY.map((fired_by) => ({ fired_by })),
  );
  private readonly byKernel = new Counts('nic_herald_frames_by_kernel_total', [{}]);
  private readonly lost = new Counts('nic_herald_frames_lost_total', [{}]);
  private readonly proved = new Counts(
    'nic_herald_guests_proved_total',
    PROOF_VERDICTS.map((verdict) => ({ verdict })),
  );
  private readonly unproved = new Counts(
    'nic_herald_unproved_causes_total',
    PROOF_CAUSES.map((cause) => ({ cause })),
  );
  /** Announcements whose proof was counted, the latest last. */
  private readonly counted = new Set<string | undefined>();
  private readonly stops: readonly (() => void)[];

  constructor(
    bus: Pick<MigrationEventBus, 'on'>,
    private readonly observe: Observe,
  ) {
    this.stops = [
      bus.on('announce:finished', ({ report }) => {
        this.announced(report);
        this.judged(report);
      }),
      bus.on('announce:revised', ({ report }) => this.judged(report)),
      bus.on('announce:round-finished', (fact) => this.sent(fact)),
      bus.on('migration:completed', ({ side }) => this.ended.add({ side, status: 'completed' })),
      bus.on('migration:failed', ({ side }) => this.ended.add({ side, status: 'failed' })),
    ];
  }

  get values(): readonly MetricValue[] {
    const { migrations, announcements, retries, ended, fired, byKernel, lost, proved, unproved } = this;
    return [migrations, announcements, retries, ended, fired, byKernel, lost, proved, unproved].flatMap(
      ({ all }) => all,
    );
  }

  /** Counts nothing any more. */
  close(): void {
    for (const stop of this.stops) stop();
  }

  private announced(report: MigrationReport): void {
    const { cause, outcome, retryOf, mode, nics, snapshotAgeMs, resumedAt } = report;
    this.announcements.add({ cause, outcome });
    if (retryOf !== undefined) this.retries.add({ outcome });
    else if (cause !== 'manual') this.migrations.add({ outcome });
    if (snapshotAgeMs !== undefined && retryOf === undefined) {
      this.observe('nic_herald_handoff_entry_age_seconds', snapshotAgeMs / 1000);
    }
    if (mode === 'observe' || outcome !== 'announced' || resumedAt === undefined) return;
    for (const { firedBy } of nics) if (firedBy !== undefined) this.fired.add({ fired_by: firedBy });
    const since = (name: string, at: number | undefined): void => {
      // QEMU's clock and ours may disagree by a little
      if (at !== undefined) this.observe(name, Math.max(0, at - resumedAt) / 1000);
    };
    since('nic_herald_resume_to_first_frame_seconds', report.firstFrameAt);
    since('nic_herald_resume_to_last_frame_seconds', report.lastFrameAt);
  }

  /** Counts what is proved once no more will be. */
  private judged(report: MigrationReport): void {
    const proof = proofOf(report);
    if (proof === undefined || proof.isOpen || this.counted.has(report.id)) return;
    this.counted.add(report.id);
    if (this.counted.size > MOST_COUNTED) this.counted.delete(this.counted.values().next().value);
    this.proved.add({ verdict: proof.verdict });
    if (proof.cause !== undefined) this.unproved.add({ cause: proof.cause.code });
    if (report.resumedAt === undefined) return;
    for (const { stations } of proof.nics) {
      for (const { darkMs, firstFrameMs } of stations) {
        if (firstFrameMs !== undefined)
          this.observe('nic_herald_station_first_frame_seconds', firstFrameMs / 1000);
        if (darkMs !== undefined) this.observe('nic_herald_station_dark_seconds', darkMs / 1000);
      }
    }
  }

  private sent({ round, mode }: MigrationEvents['announce:round-finished']): void {
    if (mode === 'observe') return;
    this.lost.add({}, round.lost ?? 0);
    this.byKernel.add({}, round.byKernel ?? 0);
    if (round.delayedMs !== undefined) this.observe('nic_herald_pacer_wait_seconds', round.delayedMs / 1000);
  }
}
