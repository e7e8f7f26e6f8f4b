import type { CancelTimer, Clock } from '@nic-herald/core';
import type { Armed, Arming } from './arming.js';
import { Pace } from './pace.js';

/**
 * The armings of one guest, one after another. A migration that comes and fails over and over is made ready for now and
 * then, the last one always; for one that resumes before its turn it is begun then.
 */
export class PacedArming {
  private readonly pace: Pace;
  private arming: Arming | undefined;
  private timer: CancelTimer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly begin: () => Arming,
  ) {
    this.pace = new Pace(clock);
  }

  /** What lies ready; absent where nothing does. */
  get armed(): Armed | undefined {
    return this.arming?.armed;
  }

  /** Whether anything is made ready, or was. */
  get isBegun(): boolean {
    return this.arming !== undefined;
  }

  /** The guest is about to come. */
  arm(): void {
    const waitMs = this.pace.take();
    if (waitMs === 0) this.arming = this.begin();
    else {
      this.timer = this.clock.setTimer(waitMs, () => {
        this.timer = undefined;
        this.arm();
      });
    }
  }

  /** What is made ready is made anew. */
  refresh(): void {
    this.arming?.refresh();
  }

  /** What was seen since may be news: see `Arming.reconsider`. */
  async reconsider(): Promise<void> {
    await this.arming?.reconsider();
  }

  /** The guest runs: gives its arming away; absent where it was not about to come. */
  release(): Arming | undefined {
    const arming = this.stopWaiting() ? this.begin() : this.arming;
    this.arming = undefined;
    return arming;
  }

  /** It does not come. Resolves when nothing is under way any more. */
  async abandon(): Promise<void> {
    const { arming } = this;
    this.stopWaiting();
    this.arming = undefined;
    await arming?.abandon();
  }

  /** True where an arming waited for its turn. */
  private stopWaiting(): boolean {
    const { timer } = this;
    this.timer = undefined;
    timer?.();
    return timer !== undefined;
  }
}
