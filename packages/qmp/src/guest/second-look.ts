import type { CancelTimer, Clock } from '@nic-herald/core';
import type { CommandOptions } from '../transport/qmp-transport.js';
import type { Standing } from './standing.js';

/** Whoever needs a second look. */
export interface SecondLookOwner {
  /** Grows with everything that is learned of where the guest stands. */
  turn(): number;
  onStanding(standing: Standing): void;
  /** A look failed; there will be another. */
  onFault(error: unknown): void;
}

const MAX_LOOKS = 3;
/** Pause after a look that failed, ms. */
const FAULT_PAUSE_MS = 1000;

/**
 * Asks where a guest stands, where events cannot tell: they came out of their order, so that one may be missing.
 * Never twice at a time. An answer counts if nothing else was learned meanwhile; where there always is something, the
 * guest's events come well enough to be believed.
 */
export class SecondLook {
  private state: 'resting' | 'looking' | 'looking-and-due' | 'over' = 'resting';
  private cancelTimer: CancelTimer = () => undefined;

  constructor(
    private readonly ask: (options: CommandOptions) => Promise<Omit<Standing, 'askedAt'>>,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    private readonly owner: SecondLookOwner,
  ) {}

  /** Looks now; once more after the look that is under way, if one is. */
  begin(): void {
    if (this.state === 'over') return;
    this.cancelTimer();
    if (this.state !== 'resting') {
      this.state = 'looking-and-due';
      return;
    }
    this.state = 'looking';
    this.look().then(
      () => this.rest(),
      (error: unknown) => {
        this.owner.onFault(error);
        if (this.state === 'over') return;
        this.state = 'resting';
        this.cancelTimer = this.clock.setTimer(FAULT_PAUSE_MS, () => this.begin());
      },
    );
  }

  /** Looks no more. */
  stop(): void {
    this.state = 'over';
    this.cancelTimer();
  }

  private rest(): void {
    const { state } = this;
    if (state === 'over') return;
    this.state = 'resting';
    if (state === 'looking-and-due') this.begin();
  }

  private isOver(): boolean {
    return this.state === 'over';
  }

  private async look(): Promise<void> {
    const { ask, clock, signal, owner } = this;
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const turn = owner.turn();
      const askedAt = clock.now();
      const standing = await ask({ signal });
      if (this.isOver()) return;
      if (owner.turn() !== turn) continue;
      owner.onStanding({ ...standing, askedAt });
      return;
    }
  }
}
