import type { Guest, GuestIntake, GuestPhase } from '@nic-herald/core';
import type { LifecycleEvent } from '@nic-herald/libvirt';
import { isLeaving, type LifecycleFact, lifecycleFacts } from './lifecycle-facts.js';

/** Where a guest stands after each fact; the others change nothing. */
const PHASE_AFTER: Partial<Readonly<Record<LifecycleFact, GuestPhase>>> = {
  incoming: 'incoming',
  resumed: 'running',
  stopped: 'paused',
  left: 'migrated-away',
};

/** What is reported of one guest by libvirt's lifecycle events alone. */
export class ReadOnlyReports {
  private leaving = false;

  constructor(
    private readonly guest: Guest,
    private phase: GuestPhase,
    private readonly intake: GuestIntake,
  ) {}

  /** libvirt told what became of the domain. */
  hear(event: LifecycleEvent, readAt: number): void {
    const facts = lifecycleFacts(event, this.phase, this.leaving);
    this.leaving = isLeaving(event, this.leaving);
    for (const fact of facts) {
      this.phase = PHASE_AFTER[fact] ?? this.phase;
      this.report(fact, readAt);
    }
  }

  /** A NIC came or went. */
  nicsChanged(): void {
    this.intake.changed({ guest: this.guest });
  }

  /** The domain is gone, or libvirt is. */
  gone(): void {
    this.intake.gone({ guest: this.guest });
  }

  private report(fact: LifecycleFact, readAt: number): void {
    const { guest, intake } = this;
    if (fact === 'resumed') intake.resumed({ guest, resumedAt: readAt, readAt });
    else if (fact === 'failed-source') intake.failed({ guest, side: 'source', status: 'failed' });
    else if (fact === 'failed-destination') intake.failed({ guest, side: 'destination', status: 'failed' });
    else intake[fact]({ guest });
  }
}
