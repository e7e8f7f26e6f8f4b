import type { LearnedStation } from '@nic-herald/core';

/** A learned station whose addresses, and those it asked for, are older by so much; its own age stays. */
export const withOlderAddresses = (station: LearnedStation, byMs: number): LearnedStation => {
  const { addresses, asked } = station;
  if (addresses === undefined && asked === undefined) return station;
  const older = <T extends { readonly ageMs: number }>(each: T): T => ({ ...each, ageMs: each.ageMs + byMs });
  return {
    ...station,
    ...(addresses === undefined ? {} : { addresses: addresses.map(older) }),
    ...(asked === undefined ? {} : { asked: asked.map(older) }),
  };
};
