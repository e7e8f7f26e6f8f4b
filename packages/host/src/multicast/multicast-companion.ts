import {
  type AccompaniedAnnouncement,
  type Accompaniment,
  ANNOUNCE_POLICY,
  type AnnouncementCompanion,
  type AnnouncePolicy,
  CLOCK,
  type Clock,
  type Resolver,
} from '@nic-herald/core';
import { MulticastRefresh } from './multicast-refresh.js';

/** Asks each guest that is announced for its multicast groups, where its policy wants that. */
export class MulticastCompanion implements AnnouncementCompanion {
  readonly name = 'multicast';

  constructor(
    private readonly policy: Pick<AnnouncePolicy, 'forGuest'>,
    private readonly clock: Clock,
  ) {}

  static of(resolver: Resolver): MulticastCompanion {
    return new MulticastCompanion(resolver.get(ANNOUNCE_POLICY), resolver.get(CLOCK));
  }

  accompany(announcement: AccompaniedAnnouncement): Accompaniment | undefined {
    const { multicastRefresh } = this.policy.forGuest(announcement.guest.identity);
    return multicastRefresh ? new MulticastRefresh(announcement, this.clock) : undefined;
  }
}
