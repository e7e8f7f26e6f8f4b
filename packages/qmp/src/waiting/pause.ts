import type { Clock } from '@nic-herald/core';

/** Resolves after so many ms, or as soon as `signal` aborts. Never rejects. */
export const pause = (clock: Clock, forMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      cancel();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const cancel = clock.setTimer(forMs, over);
    if (signal.aborted) over();
    else signal.addEventListener('abort', over);
  });
