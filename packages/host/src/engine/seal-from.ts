import { type AnnouncementSeal, announcementSeal } from '@nic-herald/core/internal';
import type { HandoffReading } from '../knowledge/newest-snapshot.js';

/** The seal of a guest that came from another host, which may listen for it; `undefined` where none is known. */
export const sealFrom = (
  handoff: Pick<HandoffReading, 'newest'> | undefined,
  host: string,
): AnnouncementSeal | undefined =>
  handoff?.newest === undefined || handoff.newest.host === host
    ? undefined
    : announcementSeal(handoff.newest);
