import type { Clock } from '@nic-herald/core';

/** What came of `work` within so long, ms; `undefined` where it takes longer, fails or is given up. Never rejects. */
export const inTime = <T>(
  clock: Clock,
  limitMs: number,
  work: Promise<T>,
  signal?: AbortSignal,
): Promise<T | undefined> =>
  new Promise((resolve) => {
    const cancelTimer = clock.setTimer(limitMs, () => end());
    const giveUp = (): void => end();
    function end(value?: T): void {
      cancelTimer();
      signal?.removeEventListener('abort', giveUp);
      resolve(value);
    }
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) giveUp();
    work.then(end, giveUp);
  });
