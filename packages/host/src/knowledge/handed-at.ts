import type { Clock } from '@nic-herald/core';
import type { HandoffReading } from './newest-snapshot.js';

/** When the ages in the newest snapshot were true, by `Clock.elapsed`: the host wrote it then, or they were made older since. */
export const handedAt = (
  handoff: Pick<HandoffReading, 'agesAt'> | undefined,
  clock: Pick<Clock, 'now' | 'elapsed'>,
): number => {
  const agesAt = handoff?.agesAt;
  return clock.elapsed() - (agesAt === undefined ? 0 : Math.max(0, clock.now() - agesAt));
};
