import type { Clock, GuestKey, HandoffStore, SnapshotHead } from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { withDeadline } from '../announce/deadline.js';

/** How long the hand-off may take to answer, ms. */
export const HANDOFF_DEADLINE_MS = 5000;

/**
 * Who owns which primary MAC, by every snapshot in the hand-off: the victim of a guest that takes a
 * neighbour's address may run on any host.
 */
export class OtherGuests {
  private heads: readonly SnapshotHead[] = [];
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly handoff: HandoffStore | undefined,
    private readonly clock: Clock,
  ) {}

  /** Reads the heads anew. Rejects where the hand-off cannot be read; the last heads then stay. */
  async refresh(signal?: AbortSignal): Promise<void> {
    const { handoff } = this;
    if (handoff === undefined) return;
    this.heads = await withDeadline(
      this.clock,
      HANDOFF_DEADLINE_MS,
      'listing the hand-off',
      (listSignal) => handoff.list({ signal: listSignal }),
      signal,
    );
    this.readAt = this.clock.now();
  }

  /** Reads the heads anew in the background where they are older than this, ms. What fails is tried the next time. */
  refreshIfOlder(ageMs: number): void {
    if (this.clock.now() - this.readAt < ageMs) return;
    this.readAt = this.clock.now(); // also where it fails: no storm of tries
    this.refresh().catch(() => {}); // whoever needs them at once reads them himself, and is told
  }

  /** Primary MACs of every guest but this one. */
  ownedByOthers(guest: GuestKey | undefined): ReadonlySet<MacAddress> {
    return new Set(this.heads.filter((head) => head.guest !== guest).flatMap((head) => head.primaryMacs));
  }
}
