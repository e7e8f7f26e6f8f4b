import type { FrameGrant, Taken } from '@nic-herald/core';

/** To be called with what `take` gave for an armed announcement. */
export type Settle = (taken: Taken) => void;

/** What counts in a window of one second is out of it by then, ms. */
const WINDOW_MS = 1000;

/** An announcement that may leave by itself. */
interface Armed {
  /** What it draws from; absent: it has only what needs no grant. */
  readonly grant: FrameGrant | undefined;
}

/**
 * What of a host's pace is lent to the kernel, for all that is armed together. What is out may leave at any moment, or has left
 * unreported: it is not to be sent a second time from here.
 */
export class KernelLoan {
  private readonly armed = new Set<Armed>();
  private readonly lenders = new Set<FrameGrant>();
  /** What may still come back. */
  private lent = 0;
  /** What did not: it was drawn; it is known when that announcement is taken. */
  private untold = 0;
  private untoldSince = 0;
  private free = 0;

  /** So many frames may leave there, or have left unreported. */
  get out(): number {
    return this.lent + this.untold;
  }

  /** Whether anything is armed. */
  get isNeeded(): boolean {
    return this.armed.size > 0;
  }

  /** Whether any is lent that may come back. */
  get isLent(): boolean {
    return this.lenders.size > 0;
  }

  /** How many frames of all that is armed leave without a grant. */
  get ungranted(): number {
    return this.free;
  }

  /**
   * Something is armed, of which so many frames need no grant. `owed` is called once it was taken, with how many frames more
   * left than were drawn for it: below 0 where it is fewer.
   */
  add(grant: FrameGrant | undefined, ungranted: number, owed: (frames: number) => void): Settle {
    const armed = { grant };
    this.armed.add(armed);
    this.free += ungranted;
    return (taken) => {
      if (!this.armed.delete(armed)) return;
      this.free -= ungranted;
      if (taken.firedBy === 'agent') return;
      const known = Math.min(taken.drawn, this.untold);
      this.untold -= known;
      this.lent = Math.max(0, this.lent - (taken.drawn - known));
      owed(taken.sent - taken.drawn);
    };
  }

  /** Lends so many frames, in equal shares to all that draw; gives how many were taken. */
  lend(frames: number): number {
    const grants = new Set([...this.armed].flatMap(({ grant }) => grant ?? []));
    let taken = 0;
    let waiting = grants.size;
    for (const grant of grants) {
      this.lenders.add(grant);
      taken += soundCount(() => grant.lend(Math.floor((frames - taken) / waiting)), frames - taken);
      waiting -= 1;
    }
    this.lent += taken;
    return taken;
  }

  /** Takes back what was not drawn by now, by `Clock.elapsed`; gives how much that is. */
  reclaim(now: number): number {
    let back = 0;
    for (const grant of this.lenders) back += soundCount(() => grant.reclaim(), this.lent - back);
    this.lenders.clear();
    if (this.lent > back) this.untoldSince = now;
    this.untold += this.lent - back;
    this.lent = 0;
    if (!this.isNeeded || now - this.untoldSince >= WINDOW_MS) this.untold = 0;
    return back;
  }
}

/** A sink is another's code: no more than may be, and none where it makes no sense. */
const soundCount = (ask: () => number, most: number): number => {
  try {
    const frames = ask();
    return Number.isInteger(frames) ? Math.max(0, Math.min(frames, most)) : 0;
  } catch {
    return 0;
  }
};
