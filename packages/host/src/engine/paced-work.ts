import type { CancelTimer, Clock } from '@nic-herald/core';
import type { Pace } from './pace.js';

/**
 * Work that does what is so when it begins: however often it is asked for, one that has not begun stands for all, and the
 * last call always counts. At once the first times, then as its pace allows; never twice at a time.
 */
export class PacedWork {
  private timer: CancelTimer | undefined;
  private underWay: Promise<void> | undefined;
  private isAskedAgain = false;
  private isClosed = false;

  /** `work` tells of its own trouble, and never rejects. */
  constructor(
    private readonly clock: Clock,
    private readonly pace: Pace,
    private readonly work: () => Promise<void>,
  ) {}

  /** Asks for it. */
  request(): void {
    if (this.isClosed || this.timer !== undefined) return;
    if (this.underWay !== undefined) {
      this.isAskedAgain = true;
      return;
    }
    const waitMs = this.pace.take();
    if (waitMs === 0) this.begin();
    else {
      this.timer = this.clock.setTimer(waitMs, () => {
        this.timer = undefined;
        this.request();
      });
    }
  }

  /** Whether it was asked for, and what was asked for is not over. */
  get isDue(): boolean {
    return this.timer !== undefined || this.underWay !== undefined;
  }

  /** Begins nothing any more. Resolves when what is under way is over. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.isAskedAgain = false;
    this.timer?.();
    this.timer = undefined;
    await this.underWay;
  }

  private begin(): void {
    this.underWay = this.work().finally(() => {
      this.underWay = undefined;
      if (!this.isAskedAgain) return;
      this.isAskedAgain = false;
      this.request();
    });
  }
}
