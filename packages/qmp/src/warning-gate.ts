import type { Clock } from '@nic-herald/core';

/** After so long what goes on is told again, ms: who reads a log then may not have seen the first time. */
const AGAIN_MS = 600_000;

/** Lets each kind of trouble be told once, and again after all was well in between or ten minutes have passed. */
export class WarningGate {
  private readonly toldAt = new Map<string, Map<string, number>>();

  constructor(private readonly clock: Clock) {}

  /** Whether to tell of it now. `about`: the work it is trouble with, where there is more than one kind. */
  opens(kind: string, about = ''): boolean {
    const kinds = this.toldAt.get(about) ?? new Map<string, number>();
    this.toldAt.set(about, kinds);
    const now = this.clock.elapsed();
    const before = kinds.get(kind);
    if (before !== undefined && now - before < AGAIN_MS) return false;
    kinds.set(kind, now);
    return true;
  }

  /** That work went well. */
  well(about = ''): void {
    this.toldAt.delete(about);
  }
}
