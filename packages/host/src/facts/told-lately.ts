import type { Clock } from '@nic-herald/core';

/** After this time, ms, the same thing is news again: trouble that comes back must not stay unsaid for ever. */
const NEWS_AGAIN_MS = 600_000;
/** Most things remembered: whoever makes up ever new ones must not fill the log. */
const MOST_REMEMBERED = 256;

/** Remembers what was told lately, so that it is told once in a while and not each time. */
export class ToldLately {
  private readonly told = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'elapsed'>) {}

  /** Whether this is to be told now; it then counts as told. */
  isNews(what: string): boolean {
    const now = this.clock.elapsed();
    for (const [known, at] of this.told) {
      if (now - at < NEWS_AGAIN_MS) break; // the oldest stands first
      this.told.delete(known);
    }
    if (this.told.has(what) || this.told.size >= MOST_REMEMBERED) return false;
    this.told.set(what, now);
    return true;
  }

  /** It is news the next time. */
  forget(what: string): void {
    this.told.delete(what);
  }
}
