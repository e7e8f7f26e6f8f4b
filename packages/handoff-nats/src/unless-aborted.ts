import { setMaxListeners } from 'node:events';

/** The work's outcome, or the signal's reason as soon as it aborts: what cannot be stopped goes on unheard. */
export const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  setMaxListeners(0, signal); // a host gives one signal to all that it does at a time
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  aborted.catch(() => undefined); // the work may have failed first
  work.catch(() => undefined); // its outcome is not looked at once it was aborted
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
