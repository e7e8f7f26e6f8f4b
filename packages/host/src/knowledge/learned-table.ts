import {
  type Clock,
  type GuestPolicy,
  type LearnedAddress,
  type LearnedStation,
  type StationKey,
  stationKey,
} from '@nic-herald/core';
import { boundedPerStation } from './bounded-per-station.js';
import { mergeAddresses } from './merge-addresses.js';
import { mergeAsked } from './merge-asked.js';
import { olderStation } from './older-station.js';

/** Most IP addresses remembered of a NIC, all its stations together: four for each of the 1024 it has by default. */
export const MAX_NIC_ADDRESSES = 4096;
/** Most addresses asked for that are remembered of a NIC, all its stations together: as many as it has stations by default. */
export const MAX_NIC_ASKED = 1024;

/** Stations and when their ages were true, by `Clock.elapsed`: a step of the machine's clock makes nothing older. */
interface Sighting {
  readonly stations: readonly LearnedStation[];
  readonly at: number;
}

/** How much is remembered, and for how long. */
export type LearnedBounds = Pick<GuestPolicy, 'learnedMaxAgeMs' | 'maxStations'>;

/** What was learned of the stations of one guest's NICs: at their ports here, and wherever the guest was before. */
export class LearnedTable {
  private readonly here = new Map<string, Sighting>();
  /** What was seen before counts no more, by `Clock.elapsed`. */
  private since = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    /** Asked each time: a policy may fail, which must not keep a guest from being seen. */
    private readonly bounds: () => LearnedBounds,
  ) {}

  /** Stations remembered in all, those of before the guest came here aside. */
  get size(): number {
    return [...this.here.values()].reduce((sum, { stations }) => sum + stations.length, 0);
  }

  /**
   * Takes what was just read at the ports, by NIC. What was read there before grows older and stays: a learner
   * that began anew, or took our announcement for the last word of a station, does not know it any more.
   */
  observe(seen: ReadonlyMap<string, readonly LearnedStation[]>): void {
    const at = this.clock.elapsed();
    for (const [nic, stations] of seen) this.here.set(nic, { stations: this.of(nic, { stations, at }), at });
  }

  /** Forgets what was learned of other NICs than these. */
  keep(nics: readonly string[]): void {
    for (const nic of this.here.keys()) if (!nics.includes(nic)) this.here.delete(nic);
  }

  forget(): void {
    this.here.clear();
    this.since = Number.NEGATIVE_INFINITY;
  }

  /** What was seen before now counts no more, also where a learner still has it. */
  beginAgain(): void {
    this.here.clear();
    this.since = this.clock.elapsed();
  }

  /**
   * Each station of a NIC once, by its latest sighting, the latest first; none older than the bound. With it the IP
   * addresses of all its sightings, stale ones among them for a while.
   */
  of(nic: string, more: Sighting | undefined): readonly LearnedStation[] {
    const now = this.clock.elapsed();
    const { learnedMaxAgeMs, maxStations } = this.bounds();
    const mostMs = Math.min(learnedMaxAgeMs, now - this.since);
    const best = new Map<StationKey, LearnedStation>();
    for (const { stations, at } of lastFirst(more, this.here.get(nic))) {
      const passedMs = Math.max(0, now - at);
      for (const each of stations) {
        const aged = olderStation(each, passedMs);
        if (aged.ageMs > mostMs) continue;
        const key = stationKey(each.station);
        const known = best.get(key);
        best.set(key, known === undefined ? aged : together(known, aged, learnedMaxAgeMs));
      }
    }
    const latest = [...best.values()].sort(byAge).slice(0, maxStations);
    const sound = latest.map((each) => {
      const proved = mergeAddresses(provedWithin(each, now - this.since), learnedMaxAgeMs);
      return askedWithin(withAddresses(each, proved), now - this.since);
    });
    const bounded = boundedPerStation(sound, 'addresses', MAX_NIC_ADDRESSES);
    return boundedPerStation(bounded, 'asked', MAX_NIC_ASKED);
  }
}

/** The addresses of a station that were proved within so many ms. */
const provedWithin = ({ addresses = [] }: LearnedStation, mostMs: number): readonly LearnedAddress[] =>
  addresses.filter(({ ageMs }) => ageMs <= mostMs);

/** A station without the addresses that it asked for longer ago than so many ms. */
const askedWithin = ({ asked, ...station }: LearnedStation, mostMs: number): LearnedStation => {
  const within = asked?.filter(({ ageMs }) => ageMs <= mostMs) ?? [];
  return within.length === 0 ? station : { ...station, asked: within };
};

/** What was just read before what was known, where both are of now. */
const lastFirst = (...sightings: readonly (Sighting | undefined)[]): readonly Sighting[] =>
  sightings.filter((each) => each !== undefined).sort((a, b) => b.at - a.at);

/**
 * Two sightings of one station, with the addresses of both, and those it asked for. Those of a MAC of unknown VLAN are not an untagged
 * station's.
 */
const together = (last: LearnedStation, before: LearnedStation, maxAgeMs: number): LearnedStation => {
  const better = byWorth(last, before) < 0 ? last : before;
  if (last.vlanUnknown !== before.vlanUnknown) return better;
  const both = [...(last.addresses ?? []), ...(before.addresses ?? [])];
  const asked = mergeAsked([...(last.asked ?? []), ...(before.asked ?? [])]);
  const known = withAddresses(better, mergeAddresses(both, maxAgeMs));
  return asked.length === 0 ? known : { ...known, asked };
};

const withAddresses = (
  { addresses: _, ...station }: LearnedStation,
  addresses: readonly LearnedAddress[],
): LearnedStation => (addresses.length === 0 ? station : { ...station, addresses });

/** The latest first. */
const byAge = (a: LearnedStation, b: LearnedStation): number =>
  a.ageMs - b.ageMs || (stationKey(a.station) < stationKey(b.station) ? -1 : 1);

/** Of one station: that it was seen untagged says more than that its MAC was seen. */
const byWorth = (a: LearnedStation, b: LearnedStation): number =>
  Number(a.vlanUnknown ?? false) - Number(b.vlanUnknown ?? false) || a.ageMs - b.ageMs;
