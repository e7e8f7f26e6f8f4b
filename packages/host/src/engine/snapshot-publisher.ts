import {
  asHeraldError,
  type CancelTimer,
  type Clock,
  type HandoffStore,
  type HeraldError,
  type Snapshot,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import { HANDOFF_DEADLINE_MS } from './other-guests.js';

/** Changes within this time are published together, ms. */
const PUBLISH_COALESCE_MS = 50;
/** Pause after a failed publish, ms; twice as long after each that follows, up to the most. */
const RETRY_MS = 500;
const MOST_RETRY_MS = 30_000;

/**
 * Publishes one guest's snapshot: changes together, one publish at a time, the newest state each time, and
 * again after a failure.
 */
export class SnapshotPublisher {
  private timer: CancelTimer | undefined;
  private dueAt = 0;
  private busy: Promise<void> | undefined;
  private wanted = false;
  private closed = false;
  private failures = 0;

  constructor(
    private readonly handoff: HandoffStore,
    private readonly clock: Clock,
    /** The snapshot as of now; `undefined` when there is nothing of ours to publish. */
    private readonly current: () => Snapshot | undefined,
    private readonly onPublished: (snapshot: Snapshot) => void,
    private readonly onFailed: (problem: HeraldError) => void,
  ) {}

  /** Publishes after this time, or sooner where that was asked for before. */
  request(delayMs: number = PUBLISH_COALESCE_MS): void {
    if (this.closed) return;
    this.wanted = true;
    if (this.busy !== undefined) return;
    const dueAt = this.clock.now() + delayMs;
    if (this.timer !== undefined && this.dueAt <= dueAt) return;
    this.timer?.();
    this.dueAt = dueAt;
    this.timer = this.clock.setTimer(delayMs, () => {
      this.timer = undefined;
      void this.flush();
    });
  }

  /** Publishes now what was asked for; resolves when it, or the try, is over. */
  async flush(): Promise<void> {
    while (this.busy !== undefined) await this.busy;
    this.timer?.();
    this.timer = undefined;
    if (!this.wanted || this.closed) return;
    this.wanted = false;
    this.busy = this.publish().finally(() => {
      this.busy = undefined;
      if (this.wanted) this.request(this.pauseMs);
    });
    await this.busy;
  }

  /** Publishes no more; resolves when the one under way is over. */
  async close(): Promise<void> {
    this.closed = true;
    this.timer?.();
    this.timer = undefined;
    await this.busy;
  }

  private get pauseMs(): number {
    if (this.failures === 0) return PUBLISH_COALESCE_MS;
    return Math.min(RETRY_MS * 2 ** (this.failures - 1), MOST_RETRY_MS);
  }

  private async publish(): Promise<void> {
    const snapshot = this.current();
    if (snapshot === undefined) return;
    try {
      await withDeadline(this.clock, HANDOFF_DEADLINE_MS, 'publishing to the hand-off', (signal) =>
        this.handoff.publish(snapshot, { signal }),
      );
      this.failures = 0;
      this.onPublished(snapshot);
    } catch (error) {
      this.wanted = true;
      this.failures += 1;
      this.onFailed(
        asHeraldError(error, 'HERALD_HANDOFF_FAILED', 'the snapshot could not be published', {
          guest: snapshot.guest,
        }),
      );
    }
  }
}
