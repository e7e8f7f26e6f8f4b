import { setMaxListeners } from 'node:events';
import { type Clock, HeraldError } from '@nic-herald/core';

/**
 * Runs work that must not take for ever: aborts its signal and rejects with HERALD_TIMEOUT after `limitMs`,
 * or as soon as `outer` aborts, even if the work itself never settles.
 */
export const withDeadline = <T>(
  clock: Clock,
  limitMs: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const controller = new AbortController();
    const stop = (error: HeraldError): void => {
      settle();
      controller.abort(error);
      reject(error);
    };
    const onOuter = (): void => stop(new HeraldError('HERALD_CANCELLED', `${what} was cancelled`));
    const cancelTimer = clock.setTimer(limitMs, () =>
      stop(new HeraldError('HERALD_TIMEOUT', `${what} took longer than ${limitMs} ms and was given up`)),
    );
    const settle = (): void => {
      cancelTimer();
      outer?.removeEventListener('abort', onOuter);
    };
    if (outer !== undefined) setMaxListeners(0, outer); // a guest may have many NICs, each with work of its own
    outer?.addEventListener('abort', onOuter, { once: true });
    if (outer?.aborted === true) {
      onOuter();
      return;
    }
    Promise.resolve()
      .then(() => work(controller.signal))
      .then(
        (value) => {
          settle();
          resolve(value);
        },
        (error: unknown) => {
          settle();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
  });
