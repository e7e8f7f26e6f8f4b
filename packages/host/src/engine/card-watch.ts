import type { CancelTimer, Clock } from '@nic-herald/core';

/** Pause after a look that a change called for, ms: a guest that changes its filter for ever keeps nobody busy. */
const CHANGE_PAUSE_MS = 50;

/**
 * Says when the cards of a running guest are to be looked at: at once when one changed, changes that come
 * thick together; and now and then where no event tells of changes.
 */
export class CardWatch {
  private readonly polls = new Map<number, CancelTimer>();
  private readonly changedNics = new Set<string>();
  private haveAllChanged = false;
  private isBusy = false;
  private pause: CancelTimer | undefined;
  private closed = false;

  constructor(
    private readonly clock: Clock,
    /** Looks at some cards, or at all. Never rejects. */
    private readonly look: (nics?: ReadonlySet<string>) => Promise<void>,
  ) {}

  /** The guest changed the filter of a NIC; without one, NICs came or went. */
  changed(nic?: string): void {
    if (nic === undefined) this.haveAllChanged = true;
    else this.changedNics.add(nic);
    if (!this.isBusy) void this.lookAtChanges();
  }

  /** NICs to be read every so many ms. A timer that runs goes on: other cards' changes must not hold it up. */
  poll(polls: ReadonlyMap<number, ReadonlySet<string>>): void {
    if (this.closed) return;
    for (const [pollMs, nics] of polls) {
      if (this.polls.has(pollMs)) continue;
      const timer = this.clock.setTimer(pollMs, () => {
        this.polls.delete(pollMs);
        void this.look(nics);
      });
      this.polls.set(pollMs, timer);
    }
  }

  close(): void {
    this.closed = true;
    this.pause?.();
    for (const cancel of this.polls.values()) cancel();
    this.polls.clear();
  }

  private async lookAtChanges(): Promise<void> {
    this.isBusy = true;
    const nics = this.haveAllChanged ? undefined : new Set(this.changedNics);
    this.haveAllChanged = false;
    this.changedNics.clear();
    await this.look(nics);
    if (this.closed) return;
    this.pause = this.clock.setTimer(CHANGE_PAUSE_MS, () => {
      this.isBusy = false;
      if (this.haveAllChanged || this.changedNics.size > 0) void this.lookAtChanges();
    });
  }
}
