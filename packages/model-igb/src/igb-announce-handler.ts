import type { AnnounceContext, AnnounceHandler, Announcement } from '@nic-herald/core';
import type { IgbState } from './igb-state.js';

/** What the policy sends for each candidate: which MAC goes with which VLAN, the filter view already says. */
export class IgbAnnounceHandler implements AnnounceHandler<IgbState> {
  readonly model = 'igb';

  *announcements({ candidates, announcementsFor }: AnnounceContext<IgbState>): Iterable<Announcement> {
    for (const candidate of candidates) yield* announcementsFor(candidate);
  }
}
