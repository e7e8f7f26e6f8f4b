import {
  asHeraldError,
  type CancelTimer,
  type Clock,
  type HeraldError,
  type Snapshot,
  type Turns,
} from '@nic-herald/core';
import { risingPause } from '../engine/rising-pause.js';

/** Changes within this time are published together, ms. */
const PUBLISH_COALESCE_MS = 50;
/** Pause after a failed publish, ms; twice as long after each that follows. */
const RETRY_MS = 500;

/** What a publisher works with. */
export interface PublisherParts {
  readonly clock: Clock;
  /** Of all guests of the host, but for what `flush` publishes: a store that is slow must not keep all of it from reading files. */
  readonly turns: Pick<Turns, 'run'>;
  /** What changes is published so long after the last publish at the earliest, ms. */
  readonly restMs: number;
  /** Publishes to the store, within a deadline; false where the store does not serve the guest. */
  publish(snapshot: Snapshot): Promise<boolean>;
  /** Calls when the store can be reached again. Returns the way to stop. */
  onConnected(connected: () => void): () => void;
  /** The snapshot as of now; `undefined` when there is nothing of ours to publish. */
  current(): Snapshot | undefined;
  /**
   * What was to be published last, where there is nothing of ours any more and this host may still say it: the last
   * words of a guest that has left must not be lost.
   */
  lastWords(): Snapshot | undefined;
  /** After this time, ms, a snapshot is published anew though nothing changed: an old one is not believed. */
  refreshMs(): number;
  /** Asks for that. */
  refresh(): void;
  published(snapshot: Snapshot): void;
  failed(problem: HeraldError): void;
}

/**
 * Publishes one guest's snapshot to one store: changes together, one publish at a time, the newest state each time, again after a
 * failure, sooner where the store tells that it is back, and now and then without any change.
 */
export class SnapshotPublisher {
  private timer: CancelTimer | undefined;
  private refresh: CancelTimer | undefined;
  private dueAt = 0;
  private busy: Promise<void> | undefined;
  private wanted = false;
  /** What was asked for during a publish does not rest. */
  private isUrgent = false;
  private publishedAt = Number.NEGATIVE_INFINITY;
  private closed = false;
  private failures = 0;
  private said: Snapshot | undefined;
  private readonly unhear: () => void;

  constructor(private readonly parts: PublisherParts) {
    this.unhear = parts.onConnected(() => this.hurry());
  }

  /**
   * Publishes after this time, or sooner where that was asked for before. Without a time: with what else changes, once the
   * store has rested.
   */
  request(delayMs?: number): void {
    if (this.closed) return;
    this.wanted = true;
    if (this.busy !== undefined) {
      this.isUrgent ||= delayMs !== undefined;
      return;
    }
    const { clock, restMs } = this.parts;
    const now = clock.elapsed();
    const dueAt =
      delayMs === undefined ? Math.max(now + PUBLISH_COALESCE_MS, this.publishedAt + restMs) : now + delayMs;
    if (this.timer !== undefined && this.dueAt <= dueAt) return;
    this.timer?.();
    this.dueAt = dueAt;
    this.timer = clock.setTimer(dueAt - now, () => {
      this.timer = undefined;
      void this.parts.turns.run(() => this.flush());
    });
  }

  /** Publishes now what was asked for; resolves when it, or the try, is over: true where the store has it. */
  async flush(): Promise<boolean> {
    while (this.busy !== undefined) await this.busy;
    this.timer?.();
    this.timer = undefined;
    if (!this.wanted || this.closed) return !this.wanted;
    this.wanted = false;
    const tried = this.publish();
    this.busy = tried
      .then(() => {})
      .finally(() => {
        this.busy = undefined;
        if (this.wanted) this.request(this.pauseMs);
        this.isUrgent = false;
      });
    await this.busy;
    return tried;
  }

  /** Publishes no more; resolves when the one under way is over. */
  async close(): Promise<void> {
    this.closed = true;
    this.unhear();
    this.timer?.();
    this.timer = undefined;
    this.refresh?.();
    await this.busy;
  }

  /** The store is back: what it did not take is tried again now. */
  private hurry(): void {
    if (this.failures === 0) return;
    this.failures = 0;
    if (this.wanted) this.request(0);
  }

  /** After a publish; absent: what changed meanwhile may rest. */
  private get pauseMs(): number | undefined {
    if (this.failures > 0) return risingPause(this.failures, RETRY_MS);
    return this.isUrgent ? PUBLISH_COALESCE_MS : undefined;
  }

  /** True where the store has what is to be said, or is not to have it. Never rejects. */
  private async publish(): Promise<boolean> {
    let guest: Snapshot['guest'] | undefined;
    try {
      const now = this.parts.current();
      const snapshot = now ?? this.parts.lastWords();
      if (snapshot === undefined || (now === undefined && snapshot === this.said)) return true;
      ({ guest } = snapshot);
      const isServed = await this.parts.publish(snapshot);
      this.failures = 0;
      this.said = snapshot;
      this.publishedAt = this.parts.clock.elapsed();
      if (!isServed) return true;
      this.refreshLater();
      this.parts.published(snapshot);
      return true;
    } catch (error) {
      this.wanted = true;
      this.failures += 1;
      const details = guest === undefined ? {} : { guest };
      const message = 'the snapshot could not be published';
      this.parts.failed(asHeraldError(error, 'HERALD_HANDOFF_FAILED', message, details));
      return false;
    }
  }

  private refreshLater(): void {
    this.refresh?.();
    if (this.closed) return;
    this.refresh = this.parts.clock.setTimer(this.parts.refreshMs(), () => this.parts.refresh());
  }
}
