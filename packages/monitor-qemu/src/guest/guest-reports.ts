import type { GuestIntake, GuestPhase } from '@nic-herald/core';
import { z } from 'zod';
import type { MigrationStatus } from '../commands/migration-status.js';
import type { MigrationFact, MigrationProgress, Ran } from './migration-progress.js';
import type { QemuGuest } from './qemu-guest.js';

const migrationEvent = z.object({ status: z.string().max(64) });
const coloExitEvent = z.object({ mode: z.string().max(64), reason: z.literal('request') });

/** What is reported of one guest's CPUs and migrations, and where that leaves it. */
export class GuestReports {
  constructor(
    readonly guest: QemuGuest,
    readonly progress: MigrationProgress,
    private current: GuestPhase,
    private readonly intake: GuestIntake,
  ) {}

  /** Where the guest stands now. */
  get phase(): GuestPhase {
    return this.current;
  }

  /** RESUME. It is with the intake before anything else is done; the guest of a mirror does not run here. */
  resumed(ran: Ran): void {
    const { guest, progress } = this;
    if (!progress.mirrors) {
      this.report(progress.beforeResume());
      this.intake.resumed({ guest, ...ran });
      this.current = 'running';
    }
    this.report(progress.afterResume(ran));
  }

  /** STOP. */
  stopped(): void {
    if (!this.progress.mirrors) this.report([{ call: 'stopped' }]);
    this.progress.afterStop();
  }

  /** RESET. */
  reset(): void {
    this.intake.reset({ guest: this.guest });
  }

  /** MIGRATION, its data unchecked. */
  migration(data: unknown, at: Ran): void {
    const parsed = migrationEvent.safeParse(data);
    if (parsed.success) this.report(this.progress.told(parsed.data.status, at));
  }

  /**
   * COLO_EXIT, its data unchecked: one end of a pair was told to go on alone. With the reason `error` it has lost the
   * other one, and waits to be told.
   */
  coloExit(data: unknown, at: Ran): void {
    const parsed = coloExitEvent.safeParse(data);
    if (parsed.success) this.report(this.progress.leftColo(parsed.data.mode, at));
  }

  /** A reply of `query-migrate`. */
  polled(reply: MigrationStatus): void {
    this.report(this.progress.polled(reply));
  }

  /** Its filter of one NIC changed; without one, its NICs. */
  changed(nic?: string): void {
    this.intake.changed({ guest: this.guest, ...(nic === undefined ? {} : { nic }) });
  }

  private report(facts: readonly MigrationFact[]): void {
    const { guest, intake } = this;
    for (const fact of facts) {
      this.current = phaseAfter(this.current, fact);
      if (fact.call === 'resumed') {
        intake.resumed({ guest, resumedAt: fact.resumedAt, readAt: fact.readAt });
      } else if (fact.call === 'failed') {
        intake.failed({ guest, side: fact.side, status: fact.status });
      } else intake[fact.call]({ guest });
    }
  }
}

/** One that runs is at home, whatever is told of a migration. */
const phaseAfter = (phase: GuestPhase, { call }: MigrationFact): GuestPhase => {
  if (call === 'resumed') return 'running';
  if (call === 'stopped' && phase === 'running') return 'paused';
  if (phase === 'running') return phase;
  if (call === 'left') return 'migrated-away';
  return call === 'incoming' ? 'incoming' : phase;
};
