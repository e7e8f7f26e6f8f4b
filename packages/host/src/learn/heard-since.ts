import type { LearnedStation } from '@nic-herald/core';

/** What was read at a guest's ports, by NIC. */
export type ReadAtPorts = ReadonlyMap<string, readonly LearnedStation[]>;

/** Ages are rounded, and a bridge gives them in steps: what is so close to a moment may have been on either side of it, ms. */
const EITHER_SIDE_MS = 50;

/** Whether a guest was heard since a reading of its ports was last used. Times are of `Clock.elapsed`. */
export class HeardSince {
  private usedAt = Number.NEGATIVE_INFINITY;
  private counts: ReadonlyMap<string, number> = new Map();

  /** A reading is used; `before` is when it began. */
  used(seen: ReadAtPorts, before: number): void {
    this.usedAt = before;
    this.counts = new Map([...seen].map(([nic, { length }]) => [nic, length]));
  }

  /** False where it was heard, may have been, or anything else is not as it was; `after` is when the reading had ended. */
  isSilent(seen: ReadAtPorts, after: number): boolean {
    const sinceMs = after - this.usedAt;
    return (
      seen.size === this.counts.size &&
      [...seen].every(
        ([nic, stations]) =>
          this.counts.get(nic) === stations.length &&
          stations.every(({ ageMs }) => ageMs > sinceMs + EITHER_SIDE_MS),
      )
    );
  }
}
