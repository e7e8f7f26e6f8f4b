import type { Clock, Snapshot } from '@nic-herald/core';
import type { SnapshotPublisher } from './snapshot-publisher.js';

/** One guest's publishers, one for each store: none waits for another. */
export class PublisherSet {
  private readonly publishers: readonly SnapshotPublisher[];
  /** What is published to all: a store that is late says when it was known, and not when it came to know. */
  private made:
    | { readonly standing: string; readonly snapshot: Snapshot | undefined; readonly at: number }
    | undefined;
  private last: Snapshot | undefined;

  constructor(
    private readonly parts: {
      readonly clock: Clock;
      /** What is to be said of where the guest stands; absent while this host has nothing to say of it. */
      readonly standing: () => Pick<Snapshot, 'epoch' | 'residence'> | undefined;
      readonly snapshot: (standing: Pick<Snapshot, 'epoch' | 'residence'>) => Snapshot | undefined;
      /** After this time, ms, what was made is too old to be published. */
      readonly refreshMs: () => number;
      /** Whether this host may still say what it could not: not where another process has the guest here. */
      readonly mayRepeat: () => boolean;
    },
    publishers: (set: PublisherSet) => readonly SnapshotPublisher[],
  ) {
    this.publishers = publishers(this);
  }

  /** The snapshot of what was asked for last; absent when there is nothing of ours to publish. */
  current(): Snapshot | undefined {
    const { parts, made } = this;
    const now = parts.standing();
    if (now === undefined) return undefined;
    const standing = JSON.stringify(now);
    const at = parts.clock.elapsed();
    if (made?.standing === standing && at - made.at < parts.refreshMs()) return made.snapshot;
    const snapshot = parts.snapshot(now);
    this.made = { standing, snapshot, at };
    this.last = snapshot;
    return snapshot;
  }

  /** What was made last, for a store that does not have it: also when there is nothing more to be said. */
  lastWords(): Snapshot | undefined {
    return this.parts.mayRepeat() ? this.last : undefined;
  }

  /** Publishes what is so by then after this time, or sooner where that was asked for before. */
  request(delayMs?: number): void {
    this.made = undefined;
    for (const publisher of this.publishers) publisher.request(delayMs);
  }

  /** Publishes now what was asked for; resolves when one store has it, or every try is over. Never rejects. */
  async flush(): Promise<void> {
    const flushed = this.publishers.map(async (publisher) => {
      if (!(await publisher.flush())) throw new Error('it does not have it');
    });
    await Promise.any(flushed).catch(() => {}); // each has told, and tries again
  }

  /** Publishes no more; resolves when what is under way is over. */
  async close(): Promise<void> {
    await Promise.all(this.publishers.map((publisher) => publisher.close()));
  }
}
