import type { Clock } from '@nic-herald/core';

/** Resolves when all that this turn of the event loop has read is dealt with, or `signal` aborts. */
export const endOfTurn = (clock: Clock, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      cancelTimer();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const cancelTimer = clock.setTimer(0, over);
    if (signal.aborted) over();
    else signal.addEventListener('abort', over);
  });
