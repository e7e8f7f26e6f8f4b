import type { CancelTimer, Clock } from '@nic-herald/core';

/** A timer is checked for lateness this often, ms. A shorter block is seen by chance, the more likely the longer it is. */
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
