import type { CancelTimer, GuestKey } from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import type { EngineServices } from './engine-services.js';
import { HANDOFF_DEADLINE_MS } from './other-guests.js';

/** A guest that did not come back within this time was shut down, ms. */
const GONE_GRACE_MS = 60_000;
/** How long the destination has to say that the guest is there, ms; after that our entry stays for it. */
const DEPARTED_WAIT_MS = 600_000;

/**
 * Removes this host's entries of guests that are no longer here: at once when another host has a later
 * epoch, after a while when the guest was shut down. The entry of a guest that left for a host that has not
 * spoken yet stays: it is all that host will ever know.
 */
export class HandoffTidier {
  private readonly pending = new Map<GuestKey, () => void>();

  constructor(private readonly services: Pick<EngineServices, 'handoff' | 'clock' | 'host'>) {}

  /** The guest is here (again): its entry is kept. */
  present(key: GuestKey): void {
    this.pending.get(key)?.();
    this.pending.delete(key);
  }

  /** The guest left for another host. */
  departed(key: GuestKey): void {
    const { handoff, clock } = this.services;
    if (handoff === undefined || this.pending.has(key)) return;
    const check = (): void => void this.removeIfSuperseded(key);
    const unwatch = handoff.watch(key, check);
    const cancel = clock.setTimer(DEPARTED_WAIT_MS, () => this.present(key));
    this.keep(key, () => {
      unwatch();
      cancel();
    });
    check();
  }

  /** The guest's process ended here. */
  gone(key: GuestKey): void {
    if (this.services.handoff === undefined || this.pending.has(key)) return;
    const cancel: CancelTimer = this.services.clock.setTimer(GONE_GRACE_MS, () => {
      this.pending.delete(key);
      void this.remove(key);
    });
    this.keep(key, cancel);
  }

  close(): void {
    for (const cancel of this.pending.values()) cancel();
    this.pending.clear();
  }

  private keep(key: GuestKey, cancel: () => void): void {
    this.pending.set(key, cancel);
  }

  private async removeIfSuperseded(key: GuestKey): Promise<void> {
    const { handoff, clock, host } = this.services;
    if (handoff === undefined) return;
    try {
      const entries = await withDeadline(clock, HANDOFF_DEADLINE_MS, 'reading the hand-off', (signal) =>
        handoff.fetch(key, { signal }),
      );
      const epochOf = (own: boolean): number =>
        Math.max(
          -1,
          ...entries.flatMap((entry) =>
            'snapshot' in entry && (entry.host === host) === own ? [entry.snapshot.epoch] : [],
          ),
        );
      if (!this.pending.has(key) || epochOf(false) <= epochOf(true)) return;
      this.present(key);
      await this.remove(key);
    } catch {
      // The next change of the hand-off tries again; an entry too many does no harm, its epoch is lower.
    }
  }

  private async remove(key: GuestKey): Promise<void> {
    const { handoff, clock, host } = this.services;
    if (handoff === undefined) return;
    try {
      await withDeadline(clock, HANDOFF_DEADLINE_MS, 'tidying the hand-off', (signal) =>
        handoff.remove(key, host, { signal }),
      );
    } catch {
      // As above.
    }
  }
}
