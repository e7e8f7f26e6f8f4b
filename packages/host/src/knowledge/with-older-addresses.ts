import type { LearnedStation } from '@nic-herald/core';

/** A learned station whose addresses are older by so much; its own age stays. */
export const withOlderAddresses = (station: LearnedStation, byMs: number): LearnedStation =>
  station.addresses === undefined
    ? station
    : { ...station, addresses: station.addresses.map((each) => ({ ...each, ageMs: each.ageMs + byMs })) };
