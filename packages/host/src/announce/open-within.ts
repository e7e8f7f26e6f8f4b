import type { Clock } from '@nic-herald/core';
import { closeQuietly } from './close-quietly.js';
import { withDeadline } from './deadline.js';

/** Opens something within a deadline, see `withDeadline`. What is there only after it was given up is closed again. */
export const openWithin = async <T extends { close(): Promise<void> }>(
  clock: Clock,
  limitMs: number,
  what: string,
  open: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> => {
  let opened: T | undefined;
  const work = async (signal: AbortSignal): Promise<T> => {
    const made = await open(signal);
    if (signal.aborted) await closeQuietly(made, clock);
    else opened = made;
    return made;
  };
  try {
    return await withDeadline(clock, limitMs, what, work, outer);
  } catch (error) {
    if (opened !== undefined) await closeQuietly(opened, clock); // given up in the very moment in which it was there
    throw error;
  }
};
