import type { CancelTimer, Clock } from '@nic-herald/core';

/** How often it is looked how late a timer fires, ms. A block of less is seen by chance, in proportion to its length. */
const EVERY_MS = 250;

/**
 * Looks how late timers fire. Four wakes of the process a second; the histogram of Node.js would take as many for each
 * second as it has to be exact.
 */
export class LoopLag {
  private cancel: CancelTimer | undefined;

  constructor(
    private readonly clock: Pick<Clock, 'elapsed' | 'setTimer'>,
    private readonly observe: (seconds: number) => void,
  ) {}

  start(): void {
    const dueAt = this.clock.elapsed() + EVERY_MS;
    this.cancel = this.clock.setTimer(EVERY_MS, () => {
      this.observe(Math.max(0, this.clock.elapsed() - dueAt) / 1000);
      this.start();
    });
  }

  close(): void {
    this.cancel?.();
  }
}
