import {
  type Clock,
  type GuestPolicy,
  type LearnedStation,
  type StationKey,
  stationKey,
} from '@nic-herald/core';

/** Stations and when their ages were true, by the host's clock. */
interface Sighting {
  readonly stations: readonly LearnedStation[];
  readonly at: number;
}

/** How much is remembered, and for how long. */
export type LearnedBounds = Pick<GuestPolicy, 'learnedMaxAgeMs' | 'maxStations'>;

/** What was learned of the stations of one guest's NICs: at their ports here, and wherever the guest was before. */
export class LearnedTable {
  private readonly here = new Map<string, Sighting>();

  constructor(
    private readonly clock: Clock,
    /** Asked each time: a policy may fail, which must not keep a guest from being seen. */
    private readonly bounds: () => LearnedBounds,
  ) {}

  /** Takes what was just read at the ports, by NIC; what was read before at the others stays. */
  observe(seen: ReadonlyMap<string, readonly LearnedStation[]>): void {
    const at = this.clock.now();
    for (const [nic, stations] of seen) this.here.set(nic, { stations, at });
  }

  forget(): void {
    this.here.clear();
  }

  /** Each station of a NIC once, by its latest sighting, the latest first; none older than the bound. */
  of(nic: string, carried: Sighting | undefined): readonly LearnedStation[] {
    const now = this.clock.now();
    const { learnedMaxAgeMs, maxStations } = this.bounds();
    const newest = new Map<StationKey, LearnedStation>();
    for (const sighting of [this.here.get(nic), carried]) {
      const passedMs = Math.max(0, now - (sighting?.at ?? now));
      for (const each of sighting?.stations ?? []) {
        const key = stationKey(each.station);
        const aged = { ...each, ageMs: each.ageMs + passedMs };
        const known = newest.get(key);
        if (known === undefined || aged.ageMs < known.ageMs) newest.set(key, aged);
      }
    }
    return [...newest.values()]
      .filter(({ ageMs }) => ageMs <= learnedMaxAgeMs)
      .sort((a, b) => a.ageMs - b.ageMs)
      .slice(0, maxStations);
  }
}
