import type { AnnounceCause, Guest, HeraldError, MigrationReport } from '@nic-herald/core';
import type { HandoffReading } from '../knowledge/newest-snapshot.js';
import type { EngineServices } from './engine-services.js';
import type { GuestWarnings } from './guest-warnings.js';
import { migrationReport } from './migration-report.js';
import type { PreparedAnnouncement } from './prepared-announcement.js';

/** What a report says besides what was sent. */
export interface AnnouncementOrigin {
  readonly cause: AnnounceCause;
  readonly epoch: number;
  readonly handoff: Pick<HandoffReading, 'snapshots'>;
  readonly resumed?: { readonly resumedAt: number; readonly readAt: number };
  /** What went wrong before it was made ready. */
  readonly problems: readonly HeraldError[];
}

/** The announcements of one guest that are under way: silences them, and reports each when it is over. */
export class Announcer {
  private readonly sending = new Set<PreparedAnnouncement>();
  private readonly reports = new Set<Promise<unknown>>();

  constructor(
    private readonly guest: Guest,
    private readonly services: Pick<EngineServices, 'host' | 'bus'>,
    private readonly warnings: GuestWarnings,
  ) {}

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
    for (const announcement of this.sending) announcement.cancel();
  }

  /** Resolves with the report after the last round, when the bus was told of it. Never rejects. */
  report(announcement: PreparedAnnouncement, origin: AnnouncementOrigin): Promise<MigrationReport> {
    this.follow(announcement);
    const report = this.whenOver(announcement, origin);
    this.reports.add(report);
    return report.finally(() => this.reports.delete(report));
  }

  /** Ends all and resolves when all is reported. */
  async close(): Promise<void> {
    this.silence();
    await Promise.all(this.reports);
  }

  private async whenOver(
    announcement: PreparedAnnouncement,
    origin: AnnouncementOrigin,
  ): Promise<MigrationReport> {
    const { guest, warnings } = this;
    const { bus, host } = this.services;
    const result = await announcement.run.done;
    const multicast = await announcement.multicastReport();
    this.sending.delete(announcement);
    const areAnyPortsWell = await announcement.checkPorts();
    const outcome = result.outcome === 'announced' && !areAnyPortsWell ? 'failed' : result.outcome;
    const { problems, handoff, ...rest } = origin;
    const faults = [...problems, ...announcement.faults];
    const { nics } = announcement;
    const report = migrationReport({
      ...rest,
      guest,
      host,
      snapshots: handoff.snapshots,
      mode: announcement.mode,
      result: { ...result, outcome },
      nics,
      multicast,
      faults,
    });
    for (const { plan, refused } of nics) {
      for (const refusal of refused) bus.emit('station:refused', { guest, nic: plan.nic.id, refusal });
    }
    for (const fault of faults) warnings.tell(fault);
    bus.emit('announce:finished', { guest, cause: origin.cause, report });
    return report;
  }
}
