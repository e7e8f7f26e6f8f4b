import type { Clock } from '@nic-herald/core';
import {
  type ClockDifference,
  correctionOf,
  differenceOf,
  narrowed,
  type Stamp,
} from './clock-difference.js';
import { LastingProblem } from './lasting-problem.js';

/** A difference beyond this is told of, ms. Some file systems store whole seconds, or every second one. */
const TOLD_MS = 2000;
/** What was measured is taken for true so long, ms: an agent that never writes must see a clock being set, too. */
const TRUE_FOR_MS = 600_000;
/** This host's clock was set where it moved by more than this against the time that passed, ms. */
const STEP_MS = 1000;

/**
 * The storage's clock as this host knows it: files carry the storage's time, and how old one is cannot be told by
 * this host's time where the two differ. Every write measures the difference, and a probe where nothing was written.
 */
export class StorageClock {
  private difference: ClockDifference | undefined;
  /** When it was last measured, or tried to, by the time that passes. */
  private triedAt: number | undefined;
  /** This host's time less the time that passed, at that moment: it changes when somebody sets the clock. */
  private origin = 0;
  /** This host's clock was set since the difference was measured: it stands until there is another. */
  private outdated = false;
  private probing: Promise<void> | undefined;
  private readonly apart: LastingProblem;

  /** `tell` is called with how far the storage is ahead, ms, where that is too much; at most every ten minutes. */
  constructor(
    private readonly clock: Clock,
    private readonly tell: (aheadMs: number) => void,
  ) {
    this.apart = new LastingProblem(clock);
  }

  /** How long ago the storage's clock showed `stored`, ms, 0 and up. */
  ageOf(stored: number): number {
    return Math.max(0, this.clock.now() + correctionOf(this.difference) - stored);
  }

  /** Learns from a write. A slow one tells little, and takes nothing from what is known. */
  learn(stamp: Stamp): void {
    this.tried();
    const measured = differenceOf(stamp);
    const known = this.outdated ? undefined : this.difference;
    this.difference = known === undefined ? measured : narrowed(known, measured);
    this.outdated = false;
    const ahead = correctionOf(this.difference);
    if (Math.abs(ahead) > TOLD_MS && this.apart.isNews()) this.tell(ahead);
  }

  /**
   * Measures by `probe` where nothing is known, what is known is old, or this host's clock was set. Never rejects:
   * what cannot be measured stays as it was.
   */
  async refresh(probe: () => Promise<Stamp>): Promise<void> {
    if (!this.isDue()) return this.probing;
    this.tried();
    this.probing = probe()
      .then(
        (stamp) => this.learn(stamp),
        () => undefined,
      )
      .finally(() => {
        this.probing = undefined;
      });
    return this.probing;
  }

  private isDue(): boolean {
    return this.triedAt === undefined || this.clock.elapsed() - this.triedAt >= TRUE_FOR_MS || this.wasSet();
  }

  private wasSet(): boolean {
    return (
      this.triedAt !== undefined && Math.abs(this.clock.now() - this.clock.elapsed() - this.origin) > STEP_MS
    );
  }

  private tried(): void {
    this.outdated ||= this.wasSet();
    this.triedAt = this.clock.elapsed();
    this.origin = this.clock.now() - this.clock.elapsed();
  }
}
