import { contractBroken } from './contract-broken.js';

/** Counts how often something was told, and lets a case wait for the next time, for so long and no longer. */
export class Signpost {
  private told = 0;
  private awaited = 0;
  private readonly waiting = new Set<() => void>();

  /** `limitMs` of real time. */
  constructor(private readonly limitMs: number) {}

  get count(): number {
    return this.told;
  }

  tell(): void {
    this.told += 1;
    for (const wake of this.waiting) wake();
  }

  /** Waits until something was told since the last wait; fails with `missing` where it is not in time. */
  async next(missing: string): Promise<void> {
    if (this.told === this.awaited) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(contractBroken(`${missing} (waited ${this.limitMs} ms)`)),
          this.limitMs,
        );
        this.waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    this.waiting.clear();
    this.awaited = this.told;
  }
}
