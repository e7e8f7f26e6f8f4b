import type { CancelTimer, Clock } from '@nic-herald/core';
import { risingPause } from './rising-pause.js';

/** Tries again, later each time, what was not answered. */
export class RisingRetry {
  private timer: CancelTimer | undefined;
  private failures = 0;
  private closed = false;
  private readonly unhear: () => void;

  /** `hear` calls when what did not answer may do so now: what waits is then tried at once. Gives the way to stop. */
  constructor(
    private readonly clock: Clock,
    private readonly work: () => void,
    hear: (again: () => void) => () => void = () => () => {},
  ) {
    this.unhear = hear(() => this.hurry());
  }

  /** It failed: tries again after a pause. Asked for twice, it tries once. */
  again(): void {
    this.timer?.();
    if (this.closed) return;
    this.failures += 1;
    const pauseMs = risingPause(this.failures);
    this.timer = this.clock.setTimer(pauseMs, () => {
      this.timer = undefined;
      this.work();
    });
  }

  /** It went well: the next pause is the first again. */
  succeeded(): void {
    this.failures = 0;
  }

  /** What waits is not tried. */
  cancel(): void {
    this.timer?.();
    this.timer = undefined;
  }

  close(): void {
    this.closed = true;
    this.unhear();
    this.timer?.();
  }

  private hurry(): void {
    this.failures = 0;
    if (this.timer === undefined) return;
    this.timer();
    this.timer = undefined;
    this.work();
  }
}
