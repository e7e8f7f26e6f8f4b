import { type LearnedStation, type Station, type StationKey, stationKey, stationOf } from '@nic-herald/core';

/**
 * A bridge tells ages in steps of 10 ms and counts them in ticks of up to 10 ms, and we learn of an injection
 * when it is over: an entry counts as seen after it only with this much to spare.
 */
const MARGIN_MS = 30;

/**
 * When nic-herald last put in a frame for each station at one port. A bridge learns such a frame like the
 * guest's own, so an entry no younger than the injection proves nothing about the guest.
 */
export class InjectedStations {
  private readonly capacity: number;
  /** In the order of injection. */
  private readonly injected = new Map<StationKey, { readonly station: Station; readonly atMs: number }>();

  /** Beyond `capacity` stations the oldest are forgotten. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  add(stations: Iterable<Station>, atMs: number): void {
    for (const station of stations) {
      const key = stationKey(station);
      this.injected.delete(key); // to its end
      this.injected.set(key, { station, atMs });
    }
    for (const key of this.injected.keys()) {
      if (this.injected.size <= this.capacity) return;
      this.injected.delete(key);
    }
  }

  /** Those that were seen after our own last frame for them. `byMac` where the bridge's entries are MACs alone. */
  seenSince(entries: readonly LearnedStation[], byMac: boolean, nowMs: number): readonly LearnedStation[] {
    const keyOf = ({ mac, vlan }: Station): StationKey =>
      stationKey(stationOf(mac, byMac ? undefined : vlan));
    const times = new Map([...this.injected.values()].map(({ station, atMs }) => [keyOf(station), atMs]));
    return entries.filter(({ station, ageMs }) => {
      const atMs = times.get(keyOf(station));
      return atMs === undefined || nowMs - ageMs > atMs + MARGIN_MS;
    });
  }
}
