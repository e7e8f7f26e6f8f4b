import type { AnnounceContext, AnnounceHandler, Announcement } from '@nic-herald/core';
import type { E1000Kind } from './e1000-model.js';
import type { E1000State } from './e1000-state.js';

/**
 * What the policy sends for each candidate. These cards know nothing about a station that would call for another
 * frame, or for none: even a receiver that is off for a moment (Linux switches it off to change the MTU) comes back with the
 * same stations.
 */
export class E1000AnnounceHandler implements AnnounceHandler<E1000State> {
  constructor(readonly model: E1000Kind) {}

  *announcements({ candidates, announcementsFor }: AnnounceContext<E1000State>): Iterable<Announcement> {
    for (const candidate of candidates) yield* announcementsFor(candidate);
  }
}
