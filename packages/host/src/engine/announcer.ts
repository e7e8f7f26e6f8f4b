import type { Guest, HeraldError, MigrationReport, NicDescriptor } from '@nic-herald/core';
import type { AnnounceCause } from '@nic-herald/core/internal';
import type { HandoffReading } from '../knowledge/newest-snapshot.js';
import type { EngineServices } from './engine-services.js';
import type { GuestWarnings } from './guest-warnings.js';
import { migrationReport, revisedReport } from './migration-report.js';
import type { PreparedAnnouncement } from './prepared-announcement.js';

/** What a report says besides what was sent. */
export interface AnnouncementOrigin {
  readonly cause: AnnounceCause;
  /** The first announcement, where this one repeats it, by its id. */
  readonly retryOf?: string;
  readonly epoch: number;
  readonly handoff: Pick<HandoffReading, 'snapshots' | 'ageMs'>;
  readonly resumed?: { readonly resumedAt: number; readonly readAt: number };
  /** What went wrong before it was made ready. */
  readonly problems: readonly HeraldError[];
}

/** What of an announcement did not leave. */
export interface OwedAnnouncement {
  /** Of the first of its attempts. */
  readonly id: string;
  readonly cause: AnnounceCause;
  /** The NICs of which not all left, as they were then; none: it is done. */
  readonly nics: readonly NicDescriptor[];
}

/** Most announcements that are over and are still spoken of; the oldest is let go of for another. */
const MOST_SPOKEN_OF = 8;

/** The announcements of one guest that are under way: silences them, and reports each when it is over. */
export class Announcer {
  private readonly sending = new Set<PreparedAnnouncement>();
  /** Those that are over, and of which companions may say more. */
  private readonly spokenOf = new Set<PreparedAnnouncement>();
  private readonly reports = new Set<Promise<unknown>>();

  constructor(
    private readonly guest: Guest,
    private readonly services: Pick<EngineServices, 'host' | 'bus'>,
    private readonly warnings: GuestWarnings,
    private readonly signal: AbortSignal,
    /** Told of each announcement that came to its end. */
    private readonly ended: (owed: OwedAnnouncement) => void,
  ) {
    const letGo = (): void => {
      this.silence();
      for (const { company } of [...this.sending, ...this.spokenOf]) company.hurry();
    };
    signal.addEventListener('abort', letGo, { once: true });
  }

  /** Counts an announcement among those that `silence` ends. Quick: called on the hot path. */
  follow(announcement: PreparedAnnouncement): void {
    this.sending.add(announcement);
  }

  /** What is being sent now. */
  get underWay(): Iterable<PreparedAnnouncement> {
    return this.sending;
  }

  /** Ends all that is being sent: it may be wrong from now on. */
  silence(): void {
    for (const announcement of [...this.sending, ...this.spokenOf]) announcement.cancel();
  }

  /** Resolves with the report after the last round, when the bus was told of it. Never rejects. */
  report(announcement: PreparedAnnouncement, origin: AnnouncementOrigin): Promise<MigrationReport> {
    this.follow(announcement);
    if (this.signal.aborted) announcement.company.hurry();
    const report = this.whenOver(announcement, origin);
    this.reports.add(report);
    return report.finally(() => this.reports.delete(report));
  }

  /** Ends all and resolves when all is reported. */
  async close(): Promise<void> {
    this.silence();
    await Promise.all(this.reports);
    for (const { company } of this.sending) company.close(); // fired, and never reported
  }

  private async whenOver(
    announcement: PreparedAnnouncement,
    origin: AnnouncementOrigin,
  ): Promise<MigrationReport> {
    const { guest, warnings } = this;
    const { bus, host } = this.services;
    const result = await announcement.run.done;
    const { departures } = announcement.run;
    departures.look(result.rounds.at(-1)?.round ?? 1);
    const areAnyPortsWell = await announcement.checkPorts();
    const isLost = departures.losses.some(({ nic }) => !departures.isWhole(nic));
    const hasFailed =
      (result.outcome === 'announced' && (isLost || !areAnyPortsWell)) ||
      (result.outcome === 'nothing-to-announce' && announcement.wasRefused);
    const outcome = hasFailed ? 'failed' : result.outcome;
    const rounds = result.rounds.map((round) => announcement.accounted(round));
    const { problems, handoff, ...rest } = origin;
    const { id, mode, nics, firings, company } = announcement;
    const faults = [...problems, ...announcement.faults, ...announcement.lossProblems];
    const sent = migrationReport({
      ...rest,
      id,
      guest,
      host,
      snapshots: handoff.snapshots,
      ...(handoff.ageMs === undefined ? {} : { snapshotAgeMs: handoff.ageMs }),
      mode,
      result: { ...result, outcome, rounds },
      nics,
      firings,
      faults,
    });
    const word = await company.over(sent);
    this.sending.delete(announcement);
    const report = revisedReport(sent, 1, word);
    for (const { plan, refused } of nics) {
      for (const refusal of refused) bus.emit('station:refused', { guest, nic: plan.nic.id, refusal });
    }
    for (const fault of [...faults, ...word.faults]) warnings.tell(fault);
    bus.emit('announce:finished', { guest, cause: origin.cause, report });
    this.speakOf(announcement, sent);
    const { cause, retryOf } = origin;
    if (outcome !== 'superseded') this.ended({ id: retryOf ?? id, cause, nics: announcement.owed });
    return report;
  }

  /** Tells what companions say later. */
  private speakOf(announcement: PreparedAnnouncement, sent: MigrationReport): void {
    const { company } = announcement;
    const [oldest] = this.spokenOf;
    if (this.spokenOf.size >= MOST_SPOKEN_OF) oldest?.company.close();
    this.spokenOf.add(announcement);
    void company.closed.then(() => this.spokenOf.delete(announcement));
    let revision = 1;
    company.follow((word) => {
      for (const fault of word.faults) this.warnings.tell(fault);
      revision += 1;
      const report = revisedReport(sent, revision, word);
      this.services.bus.emit('announce:revised', { guest: this.guest, report });
    });
  }
}
