import { type Clock, HeraldError } from '@nic-herald/core';

/** A problem that lasts is told again after so long, ms. */
const AGAIN_MS = 600_000;

/** Problems that may last for days: each is told when it begins and every ten minutes, however often it is met. */
export class LastingProblems {
  private readonly told = new Map<HeraldError['code'], number>();

  constructor(
    private readonly clock: Pick<Clock, 'elapsed'>,
    private readonly warn: (problem: HeraldError) => void,
  ) {}

  tell(problem: HeraldError): void {
    const now = this.clock.elapsed();
    const before = this.told.get(problem.code);
    if (before !== undefined && now - before < AGAIN_MS) return;
    this.told.set(problem.code, now);
    this.warn(problem);
  }

  /** The store does its work again, but for what stays: what was told and does not stay is news when it comes back. */
  over(stays: readonly HeraldError[]): void {
    const codes = new Set(stays.map(({ code }) => code));
    const ended = [...this.told.keys()].filter((code) => !codes.has(code));
    for (const code of ended) this.told.delete(code);
    if (ended.length === 0) return;
    this.warn(
      new HeraldError('HERALD_HANDOFF_BACK', 'the hand-off store nats is there again', {
        details: { store: 'nats' },
      }),
    );
  }
}
