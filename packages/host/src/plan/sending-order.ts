import { type Announcement, type StationKey, stationKey } from '@nic-herald/core';

/**
 * The order in which announcements go out: every station's first frame before any second one, so that a burst that
 * is cut short, or paced, has told of each station; then the rest kind by kind, in the order the kinds stand in.
 * Within each, the order given stays.
 */
export const inSendingOrder = (announcements: readonly Announcement[]): readonly Announcement[] => {
  const seen = new Set<StationKey>();
  const first: Announcement[] = [];
  const rest = new Map<string, Announcement[]>();
  for (const announcement of announcements) {
    const key = stationKey(announcement.station);
    if (!seen.has(key)) {
      seen.add(key);
      first.push(announcement);
      continue;
    }
    const sameKind = rest.get(announcement.kind);
    if (sameKind === undefined) rest.set(announcement.kind, [announcement]);
    else sameKind.push(announcement);
  }
  return [...first, ...[...rest.values()].flat()];
};
