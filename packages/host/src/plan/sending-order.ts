import { type Announcement, type StationKey, stationKey } from '@nic-herald/core';
import { groupedBy } from './grouped-by.js';

/**
 * The order in which announcements go out: every station's first frame before any second one, so that a burst that
 * is cut short, or paced, has told of each station; then the rest kind by kind, in the order the kinds stand in.
 * Within each, the order given stays.
 */
export const inSendingOrder = (announcements: readonly Announcement[]): readonly Announcement[] => {
  const seen = new Set<StationKey>();
  const first: Announcement[] = [];
  const rest: Announcement[] = [];
  for (const announcement of announcements) {
    const key = stationKey(announcement.station);
    (seen.has(key) ? rest : first).push(announcement);
    seen.add(key);
  }
  return [...first, ...[...groupedBy(rest, ({ kind }) => kind).values()].flat()];
};
