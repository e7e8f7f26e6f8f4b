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

/** What a publisher works with. */
export interface PublisherParts {
  readonly handoff: HandoffStore;
  readonly clock: Clock;
  /** The snapshot as of now; `undefined` when there is nothing of ours to publish. */
  current(): Snapshot | undefined;
  /** Whether this host may still publish what it could not: not where another process has the guest here by now. */
  mayRepeat(): boolean;
  /** After this time, ms, a snapshot is published anew though nothing changed: an old one is not believed. */
  refreshMs(): number;
  published(snapshot: Snapshot): void;
  failed(problem: HeraldError): void;
}

/**
 * Publishes one guest's snapshot: changes together, one publish at a time, the newest state each time, again after a
 * failure, and now and then without any change.
 */
export class SnapshotPublisher {
  private timer: CancelTimer | undefined;
  private refresh: CancelTimer | undefined;
  private dueAt = 0;
  private busy: Promise<void> | undefined;
  private wanted = false;
  private closed = false;
  private failures = 0;
  /** What could not be published: the last words of a guest that has left must not be lost. */
  private unsaid: Snapshot | undefined;

  constructor(private readonly parts: PublisherParts) {}

  /** Publishes after this time, or sooner where that was asked for before. */
  request(delayMs: number = PUBLISH_COALESCE_MS): void {
    if (this.closed) return;
    this.wanted = true;
    if (this.busy !== undefined) return;
    const { clock } = this.parts;
    const dueAt = clock.elapsed() + delayMs;
    if (this.timer !== undefined && this.dueAt <= dueAt) return;
    this.timer?.();
    this.dueAt = dueAt;
    this.timer = clock.setTimer(delayMs, () => {
      this.timer = undefined;
      void this.flush();
    });
  }

  /** Publishes now what was asked for; resolves when it, or the try, is over. Never rejects. */
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
    this.refresh?.();
    await this.busy;
  }

  private get pauseMs(): number {
    if (this.failures === 0) return PUBLISH_COALESCE_MS;
    return Math.min(RETRY_MS * 2 ** (this.failures - 1), MOST_RETRY_MS);
  }

  private async publish(): Promise<void> {
    const { clock, handoff } = this.parts;
    let guest: Snapshot['guest'] | undefined;
    try {
      const snapshot = this.parts.current() ?? (this.parts.mayRepeat() ? this.unsaid : undefined);
      this.unsaid = snapshot;
      if (snapshot === undefined) return;
      ({ guest } = snapshot);
      await withDeadline(clock, HANDOFF_DEADLINE_MS, 'publishing to the hand-off', (signal) =>
        handoff.publish(snapshot, { signal }),
      );
      this.failures = 0;
      this.unsaid = undefined;
      this.refreshLater();
      this.parts.published(snapshot);
    } catch (error) {
      this.wanted = true;
      this.failures += 1;
      const details = guest === undefined ? {} : { guest };
      const message = 'the snapshot could not be published';
      this.parts.failed(asHeraldError(error, 'HERALD_HANDOFF_FAILED', message, details));
    }
  }

  private refreshLater(): void {
    this.refresh?.();
    if (this.closed) return;
    this.refresh = this.parts.clock.setTimer(this.parts.refreshMs(), () => this.request(0));
  }
}
