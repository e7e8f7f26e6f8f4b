import type { CancelTimer, Clock } from './clock.js';

/** How many pieces of work may run together, and for how long one holds its place. */
export interface TurnsOptions {
  /** 1 and up. */
  readonly places: number;
  /** ms, 1 and up. Work that takes longer goes on beside those that come after it. */
  readonly holdMs: number;
}

/**
 * Runs few pieces of work at a time, in the order they came. Hundreds that began together would each take as long as all of them,
 * and a deadline for one guest's answer would measure the others. One that hangs delays the others by `holdMs` at most.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private taken = 0;

  constructor(
    private readonly clock: Clock,
    private readonly options: TurnsOptions,
  ) {}

  /** Begins at once where there is a place, within this call; else when one is free. Settles as the work does. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.taken < this.options.places) return this.begin(work);
    return new Promise<T>((resolve, reject) => {
      this.waiting.push(() => void this.begin(work).then(resolve, reject));
    });
  }

  private begin<T>(work: () => Promise<T>): Promise<T> {
    this.taken += 1;
    let cancel: CancelTimer = () => undefined;
    let isHeld = true;
    const leave = (): void => {
      if (!isHeld) return;
      isHeld = false;
      cancel();
      this.taken -= 1;
      this.waiting.shift()?.();
    };
    cancel = this.clock.setTimer(this.options.holdMs, leave);
    let result: Promise<T>;
    try {
      result = work();
    } catch (error) {
      leave();
      throw error;
    }
    result.then(leave, leave);
    return result;
  }
}
