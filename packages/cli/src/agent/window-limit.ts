import type { CancelTimer, Clock } from '@nic-herald/core';

/** How much is let through. */
export interface WindowLimits {
  /** So many of one kind within a window. */
  readonly most: number;
  readonly windowMs: number;
}

/** What was left out of one kind. */
export interface LeftOut<Kind> {
  /** What came first of those that were left out. */
  readonly first: Kind;
  readonly count: number;
}

interface Counted<Kind> {
  count: number;
  first: Kind | undefined;
}

/** Most kinds that are counted apart within a window: whoever makes up ever new ones has the last of them for all. */
const MOST_KINDS = 10_000;
const OTHERS = 'others';

/** Lets so many of each kind through within a window, and tells at its end what was left out. */
export class WindowLimit<Kind> {
  private counted = new Map<string, Counted<Kind>>();
  private timer: CancelTimer | undefined;

  constructor(
    private readonly clock: Pick<Clock, 'setTimer'>,
    private readonly limits: WindowLimits,
    private readonly tell: (leftOut: LeftOut<Kind>) => void,
  ) {}

  /** Whether one more of this kind is let through. `what`: what is told of, where it is the first that is left out. */
  admits(key: string, what: Kind): boolean {
    const known = this.counted.has(key) || this.counted.size < MOST_KINDS ? key : OTHERS;
    const counted = this.counted.get(known) ?? { count: 0, first: undefined };
    this.counted.set(known, counted);
    counted.count += 1;
    this.timer ??= this.clock.setTimer(this.limits.windowMs, () => this.end());
    if (counted.count <= this.limits.most) return true;
    counted.first ??= what;
    return false;
  }

  /** Ends the window now, and tells what was left out in it. */
  end(): void {
    this.timer?.();
    this.timer = undefined;
    const { counted } = this;
    this.counted = new Map();
    for (const { count, first } of counted.values()) {
      if (first !== undefined) this.tell({ first, count: count - this.limits.most });
    }
  }
}
