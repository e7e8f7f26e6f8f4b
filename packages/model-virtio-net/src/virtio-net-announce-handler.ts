import { type AnnounceContext, type AnnounceHandler, type Announcement, injectable } from '@nic-herald/core';
import type { VirtioNetState } from './virtio-net-state.js';

/**
 * What the policy sends for each candidate, but nothing for what a card that takes no unicast (`unicast: none`) only lists: the
 * frames an announcement draws there would be dropped by the card. The NIC's own MAC and what the guest was
 * seen to use go out all the same.
 */
@injectable()
export class VirtioNetAnnounceHandler implements AnnounceHandler<VirtioNetState> {
  readonly model = 'virtio-net';

  *announcements({
    state,
    candidates,
    announcementsFor,
  }: AnnounceContext<VirtioNetState>): Iterable<Announcement> {
    const takesUnicast = state === undefined || state.promiscuous || state.unicastMode !== 'none';
    for (const candidate of candidates) {
      const { evidence } = candidate;
      if (takesUnicast || evidence === 'primary' || evidence === 'learned')
        yield* announcementsFor(candidate);
    }
  }
}
