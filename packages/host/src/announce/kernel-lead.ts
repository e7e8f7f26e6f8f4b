import type { ArmedFrames, Taken } from '@nic-herald/core';
import type { ReadyBatch } from './announcement-round.js';
import type { Settle } from './kernel-loan.js';

/** The leading frames of one batch, armed to leave by themselves. */
export class KernelLead {
  private outcome: Taken | undefined;

  constructor(
    readonly ready: ReadyBatch,
    /** How many frames are armed. */
    readonly count: number,
    readonly armed: ArmedFrames,
    private readonly settle: Settle,
  ) {}

  /** What became of them, once they were taken; absent: they are armed. */
  get taken(): Taken | undefined {
    return this.outcome;
  }

  /** Whether they may still be set off. A sink is another's code: one that does not know is not waited for. */
  get isPending(): boolean {
    if (this.outcome !== undefined) return false;
    try {
      return this.armed.isSetOff === false;
    } catch {
      return false;
    }
  }

  /** Takes them back; none leaves after this. Called again it gives the same. Never throws. */
  take(options?: { readonly unwanted?: boolean }): Taken {
    if (this.outcome === undefined) {
      this.outcome = this.soundly(options);
      this.settle(this.outcome);
    }
    return this.outcome;
  }

  /** A sink is another's code: what makes no sense left nothing. */
  private soundly(options?: { readonly unwanted?: boolean }): Taken {
    try {
      const taken = this.armed.take(options);
      if (taken.firedBy !== 'kernel') return BY_AGENT;
      const { sent, drawn, firedAt, lastAt } = taken;
      const isSound =
        isCount(sent) && sent <= this.count && isCount(drawn) && isTime(firedAt) && isTime(lastAt);
      return isSound ? taken : BY_AGENT;
    } catch {
      return BY_AGENT;
    }
  }
}

const BY_AGENT: Taken = { firedBy: 'agent' };
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): boolean => Number.isFinite(value);
