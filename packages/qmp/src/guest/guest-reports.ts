import type { GuestIntake, GuestPhase } from '@nic-herald/core';
import type { MigrationStatus } from '../commands/migration-status.js';
import type { MigrationFact, MigrationProgress, Ran } from './migration-progress.js';
import type { QemuGuest } from './qemu-guest.js';
import type { Standing } from './standing.js';

/** Run states in which no STOP is missing: a guest that is `suspended` wakes up without a RESUME. */
const UNSTOPPED = ['running', 'suspended'];
/** Run states of a source that has sent all of its guest, once its migration is `completed`. */
const SENT = ['finish-migrate', 'postmigrate'];

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

  /** STOP; `stoppedAt`: QEMU's stamp of it. */
  stopped(stoppedAt?: number): void {
    if (!this.progress.mirrors)
      this.report([{ call: 'stopped', ...(stoppedAt !== undefined && { stoppedAt }) }]);
    this.progress.afterStop();
  }

  /** RESET. */
  reset(): void {
    this.intake.reset({ guest: this.guest });
  }

  /** MIGRATION with a status. */
  migration(status: string, at: Ran): void {
    this.report(this.progress.told(status, at));
  }

  /** COLO_EXIT: that end of a pair was told to go on alone. */
  coloExit(mode: string, at: Ran): void {
    this.report(this.progress.leftColo(mode, at));
  }

  /** A reply of `query-migrate`. */
  polled(reply: MigrationStatus): void {
    this.report(this.progress.polled(reply));
  }

  /**
   * Where it was seen to stand, after events that cannot be believed. `at`: since when it runs, if it does and that was
   * not told.
   */
  seen({ runState, migration }: Standing, at: Ran): void {
    const { progress } = this;
    const stands = !UNSTOPPED.includes(runState);
    if (stands && !progress.mirrors && this.current === 'running') this.stopped();
    this.polled(migration);
    if (runState === 'running' && !progress.mirrors && this.current !== 'running') this.resumed(at);
    const gone = progress.hasLeft && SENT.includes(runState) && this.current !== 'migrated-away';
    if (gone) this.report([{ call: 'left' }]);
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
      } else if (fact.call === 'stopped') {
        intake.stopped({ guest, ...(fact.stoppedAt !== undefined && { stoppedAt: fact.stoppedAt }) });
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
