import { guestKeyOf, type MigrationEventBus, type MigrationReport } from '@nic-herald/core';

/** Most reports that are kept. */
const MAX_REPORTS = 256;
/** Most announcements and refusals in all of them together; the newest report is kept in any case. */
const MAX_LINES = 100_000;

/** The last reports of a host, the newest last. Bounded, whatever guests have: their stations are theirs to choose. */
export class RecentReports {
  private readonly kept = new Map<string, MigrationReport>();
  private lines = 0;

  constructor(bus: Pick<MigrationEventBus, 'on'>) {
    bus.on('announce:finished', ({ report }) => this.keep(report));
    bus.on('announce:revised', ({ report }) => this.keep(report));
  }

  /** A later revision of a report stands in the place of the earlier one. */
  keep(report: MigrationReport): void {
    const name = nameOf(report);
    this.lines += linesOf(report) - linesOf(this.kept.get(name));
    this.kept.set(name, report);
    for (const [oldest, old] of this.kept) {
      if (this.kept.size <= 1 || (this.kept.size <= MAX_REPORTS && this.lines <= MAX_LINES)) break;
      this.lines -= linesOf(old);
      this.kept.delete(oldest);
    }
  }

  get all(): readonly MigrationReport[] {
    return [...this.kept.values()];
  }
}

/** Which announcement a report is about. One without a RESUME began with its first round. */
const nameOf = ({ id, guest, epoch, cause, resumedAt, rounds }: MigrationReport): string =>
  id ?? JSON.stringify([guestKeyOf(guest), epoch, cause, resumedAt ?? rounds[0]?.startedAt]);

const linesOf = (report: MigrationReport | undefined): number =>
  (report?.nics ?? []).reduce(
    (lines, { announced, added, withdrawn, refused }) =>
      lines + announced.length + added.length + withdrawn.length + refused.length,
    0,
  );
