import type { Clock } from '@nic-herald/core';

/** How long a domain whose QEMU did not answer is left alone, ms: at first, and at most; twice as long each time. */
const FIRST_PAUSE_MS = 30_000;
const MOST_PAUSE_MS = 600_000;
/** So many at a time: libvirt has some 20 workers for all its clients, and each command that waits takes one. */
export const MOST_HUNG = 8;

/** Domains whose QEMU did not answer, and until when they are left alone. */
export class HungDomains {
  private readonly pauses = new Map<string, { readonly until: number; readonly pauseMs: number }>();

  constructor(private readonly clock: Clock) {}

  /** Whether this domain did not answer a while ago. */
  has(uuid: string): boolean {
    return this.clock.elapsed() < (this.pauses.get(uuid)?.until ?? 0);
  }

  /** Whether so many do not answer that no other may be asked. */
  get areTooMany(): boolean {
    const now = this.clock.elapsed();
    return [...this.pauses.values()].filter(({ until }) => now < until).length >= MOST_HUNG;
  }

  /** It did not answer. Gives for how long it is left alone, ms. */
  add(uuid: string): number {
    const before = this.pauses.get(uuid)?.pauseMs;
    const pauseMs = before === undefined ? FIRST_PAUSE_MS : Math.min(before * 2, MOST_PAUSE_MS);
    this.pauses.set(uuid, { until: this.clock.elapsed() + pauseMs, pauseMs });
    return pauseMs;
  }

  /** It answered, or its run has ended. */
  delete(uuid: string): void {
    this.pauses.delete(uuid);
  }
}
