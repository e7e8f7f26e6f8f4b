import { type CancelTimer, type Clock, isHeraldError } from '@nic-herald/core';
import type { Bucket, BucketMessage } from './bucket.js';
import type { BucketCopy } from './bucket-copy.js';

/** How often it is looked whether the watch still hears, and how long it may be silent until something is written to be heard, ms. */
const LOOK_EVERY_MS = 1000;
/** A watch that was silent for so long is given up for a new one, ms. */
const SILENT_MS = 3000;
/** Where this host may not write its key it is tried again after so long, ms: people have to mend that. */
const REFUSED_PAUSE_MS = 15_000;
/** A look that comes later than this is of a process that stood still: it says nothing of the watch, ms. */
const STOOD_STILL_MS = 1000;

/** What a watch works with. */
export interface BucketWatchParts {
  readonly clock: Clock;
  /** The key that this host writes where it hears nothing. */
  readonly aliveKey: string;
  readonly newCopy: () => BucketCopy;
  /** A message came; `isNew`: it was written since the watch was opened. */
  heard(message: BucketMessage, isNew: boolean): void;
  /** Something of this guest changed. */
  changed(guest: string): void;
  /** There is a whole copy, the first or a new one. */
  filled(): void;
  /** A watch was opened, and this host's key written: all works. */
  works(): void;
  /** The watch could not be opened, or this host could not write its key; it is tried again. */
  failed(error: unknown): void;
}

/**
 * A copy of a bucket by one watch of it. A watch may go silent without a word: its consumer has one replica, and where
 * that dies the client notices after a minute. So it is made to hear something every second: where no host wrote, each
 * writes its own key, and one is enough for all. Silence for longer means a new watch.
 */
export class BucketWatch {
  /** What the watch told when it had told all; the last one serves until the next is filled. */
  private whole: BucketCopy | undefined;
  /** Counts the watches: what an earlier one tells is not heard. */
  private opened = 0;
  private heardAtMs = 0;
  /** Since when silence counts: what was heard last, or when a watch was opened. */
  private quietSinceMs = 0;
  private isSaying = false;
  /** Until then nothing is tried, by `Clock.elapsed`. */
  private refusedUntilMs = 0;
  private stopWatch = (): void => undefined;
  private cancelTimer: CancelTimer = () => undefined;
  private calls = new AbortController();
  private isClosed = false;

  constructor(
    private readonly bucket: Bucket,
    private readonly parts: BucketWatchParts,
  ) {}

  start(): void {
    void this.open();
    this.lookLater();
  }

  /** Absent before the first was filled. */
  get copy(): BucketCopy | undefined {
    return this.whole;
  }

  /** When something was heard last, by `Clock.elapsed`. */
  get heardAt(): number {
    return this.heardAtMs;
  }

  /** The bucket has more than was heard. Opens a new watch, unless this one speaks, or was just opened: it is slow then. */
  doubt(): void {
    const quietMs = this.parts.clock.elapsed() - this.quietSinceMs;
    if (!this.isClosed && quietMs >= LOOK_EVERY_MS) void this.open();
  }

  close(): void {
    this.isClosed = true;
    this.opened += 1;
    this.cancelTimer();
    this.calls.abort(new Error('closed'));
    this.stopWatch();
  }

  private async open(): Promise<void> {
    this.opened += 1;
    const { bucket, opened, parts } = this;
    this.calls.abort(new Error('another watch takes its place'));
    this.calls = new AbortController();
    this.stopWatch();
    this.stopWatch = () => undefined;
    this.quietSinceMs = parts.clock.elapsed();
    const { signal } = this.calls;
    const copy = parts.newCopy();
    try {
      const last = await bucket.lastRevision({ signal });
      const stop = await bucket.watch(
        (message) => {
          if (opened === this.opened) this.hear(copy, last, message);
        },
        { signal },
      );
      if (opened !== this.opened) {
        stop();
        return;
      }
      this.stopWatch = stop;
      if (last === 0) this.fill(copy);
      // what was written last may be gone: then this is what tells that all was told
      await this.say();
      if (opened === this.opened) parts.works();
    } catch (error) {
      if (opened === this.opened) this.failed(error);
    }
  }

  private failed(error: unknown): void {
    const { parts } = this;
    if (isHeraldError(error) && error.code === 'HERALD_NATS_REFUSED') {
      this.refusedUntilMs = parts.clock.elapsed() + REFUSED_PAUSE_MS;
    }
    parts.failed(error);
  }

  private hear(copy: BucketCopy, last: number, message: BucketMessage): void {
    const { parts } = this;
    this.heardAtMs = parts.clock.elapsed();
    this.quietSinceMs = this.heardAtMs;
    parts.heard(message, message.revision > last);
    const guest = copy.hear(message);
    if (this.whole === copy) {
      if (guest !== undefined) parts.changed(guest);
    } else if (copy.reached >= last) this.fill(copy);
  }

  private fill(copy: BucketCopy): void {
    if (this.whole === copy) return;
    this.whole = copy;
    this.heardAtMs = this.parts.clock.elapsed(); // an empty bucket says nothing
    this.parts.filled();
  }

  /** Writes something for the watch to hear; one at a time. */
  private async say(): Promise<void> {
    if (this.isSaying) return;
    this.isSaying = true;
    try {
      await this.bucket.put(this.parts.aliveKey, new Uint8Array(), { signal: this.calls.signal });
    } finally {
      this.isSaying = false;
    }
  }

  private lookLater(): void {
    const { clock } = this.parts;
    const dueAt = clock.elapsed() + LOOK_EVERY_MS;
    this.cancelTimer = clock.setTimer(LOOK_EVERY_MS, () => {
      this.lookLater();
      this.look(clock.elapsed() - dueAt);
    });
  }

  private look(lateMs: number): void {
    const { parts } = this;
    const now = parts.clock.elapsed();
    if (lateMs > STOOD_STILL_MS) this.quietSinceMs = now;
    if (now < this.refusedUntilMs) return;
    const silentMs = now - this.quietSinceMs;
    if (silentMs >= SILENT_MS) {
      void this.open();
      return;
    }
    if (silentMs < LOOK_EVERY_MS) return;
    const { opened } = this;
    void this.say().catch((error: unknown) => {
      if (opened === this.opened) this.failed(error);
    });
  }
}
