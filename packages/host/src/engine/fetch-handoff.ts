import type { GuestKey, HandoffEntry } from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import {
  type HandoffReading,
  type HandoffView,
  NO_HANDOFF,
  readHandoff,
} from '../knowledge/newest-snapshot.js';
import type { EngineServices } from './engine-services.js';
import { HANDOFF_DEADLINE_MS } from './other-guests.js';

/** The entries of a guest as they were read. */
export interface FetchedEntries {
  readonly entries: readonly HandoffEntry[];
  /** By `Clock.elapsed`. */
  readonly readAt: number;
}

type Services = Pick<EngineServices, 'handoff' | 'clock' | 'host'>;

/** Reads all hosts' entries of a guest; absent for a guest without a key or a host without a hand-off. */
export const fetchEntries = async (
  key: GuestKey | undefined,
  { handoff, clock }: Services,
  signal?: AbortSignal,
): Promise<FetchedEntries | undefined> => {
  if (key === undefined || handoff === undefined) return undefined;
  const entries = await withDeadline(
    clock,
    HANDOFF_DEADLINE_MS,
    'reading the hand-off',
    (fetchSignal) => handoff.fetch(key, { signal: fetchSignal }),
    signal,
  );
  return { entries, readAt: clock.elapsed() };
};

/** What entries that were fetched say of the guest. */
export const handoffReading = (
  fetched: FetchedEntries | undefined,
  view: Omit<HandoffView, 'host' | 'now'>,
  { clock, host }: Services,
): HandoffReading =>
  fetched === undefined
    ? NO_HANDOFF
    : { ...readHandoff(fetched.entries, { ...view, host, now: clock.now() }), readAt: fetched.readAt };
