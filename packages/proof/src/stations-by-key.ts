import { type Station, type StationKey, stationKey } from '@nic-herald/core';

/** The stations of announcements, each once: it is announced by several kinds. */
export const stationsByKey = (
  announcements: readonly { readonly station: Station }[],
): ReadonlyMap<StationKey, Station> =>
  new Map(announcements.map(({ station }) => [stationKey(station), station]));
