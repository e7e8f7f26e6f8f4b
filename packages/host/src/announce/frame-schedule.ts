import type { Clock } from '@nic-herald/core';

/**
 * When frames of this host are due next. Whoever announces keeps it; whoever has work that can wait looks here first.
 */
export class FrameSchedule {
  /** When each owner's next frames are due, by `Clock.elapsed`. */
  private readonly due = new Map<object, number>();

  constructor(private readonly clock: Clock) {}

  /** Frames of an owner are due in `inMs` ms; told anew, only that counts. */
  expect(owner: object, inMs: number): void {
    this.due.set(owner, this.clock.elapsed() + inMs);
  }

  /** None of an owner are due any more. */
  done(owner: object): void {
    this.due.delete(owner);
  }

  /** How long no frame is due, ms; 0 where some wait, infinite where none are to come. */
  get quietMs(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const due of this.due.values()) first = Math.min(first, due);
    return Math.max(0, first - this.clock.elapsed());
  }
}
