import type { GuestKey } from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import { type HandoffReading, NO_HANDOFF, readHandoff } from '../knowledge/newest-snapshot.js';
import type { EngineServices } from './engine-services.js';
import { HANDOFF_DEADLINE_MS } from './other-guests.js';

/**
 * Reads what the hand-off says of a guest, of later epochs than `latest` nothing; nothing at all for a guest without
 * a key or a host without a hand-off.
 */
export const fetchHandoff = async (
  key: GuestKey | undefined,
  guestIs: 'incoming' | 'running',
  services: Pick<EngineServices, 'handoff' | 'clock' | 'host'>,
  signal?: AbortSignal,
  latest = Number.POSITIVE_INFINITY,
): Promise<HandoffReading> => {
  const { handoff, clock, host } = services;
  if (key === undefined || handoff === undefined) return NO_HANDOFF;
  const entries = await withDeadline(
    clock,
    HANDOFF_DEADLINE_MS,
    'reading the hand-off',
    (fetchSignal) => handoff.fetch(key, { signal: fetchSignal }),
    signal,
  );
  const upTo = entries.filter((entry) => !('snapshot' in entry) || entry.snapshot.epoch <= latest);
  return { ...readHandoff(upTo, host, guestIs), readAt: clock.now() };
};
