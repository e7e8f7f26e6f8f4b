import type { Clock } from '@nic-herald/core';

/** Resolves when all that this turn of the event loop has read is dealt with, or `signal` aborts. */
export const endOfTurn = (clock: Clock, signal: AbortSignal): Promise<void> => pause(clock, 0, signal);

/** Resolves after so many ms, or as soon as `signal` aborts. */
export const pause = (clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      cancelTimer();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const cancelTimer = clock.setTimer(delayMs, over);
    if (signal.aborted) over();
    else signal.addEventListener('abort', over);
  });
