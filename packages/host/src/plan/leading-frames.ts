import { type Announcement, stationKey } from '@nic-herald/core';

/** How the frames of a batch begin, in sending order. */
export interface LeadingFrames {
  /** The first frames of primary stations, which nothing goes before. */
  readonly primaries: number;
  /** The first frames of stations, the primaries included; what follows announces them in a second way. */
  readonly firsts: number;
}

/** Counts the leading announcements of stations that did not occur before, and of primaries among them. */
export const leadingFrames = (announcements: readonly Announcement[]): LeadingFrames => {
  const seen = new Set<string>();
  let primaries = 0;
  for (const { station, evidence } of announcements) {
    const key = stationKey(station);
    if (seen.has(key)) break;
    if (evidence === 'primary' && primaries === seen.size) primaries += 1;
    seen.add(key);
  }
  return { primaries, firsts: seen.size };
};
