import { setMaxListeners } from 'node:events';

/**
 * Waits for work that cannot be stopped, such as a call into a file system that hangs: rejects with the
 * signal's reason as soon as it aborts, and lets the work go on unheard.
 */
export const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  setMaxListeners(0, signal); // a host gives one signal to all that it does at a time
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () =>
      reject(signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', stop, { once: true });
  });
  aborted.catch(() => undefined); // the work may have failed first
  work.catch(() => undefined); // nobody listens once it was aborted
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
