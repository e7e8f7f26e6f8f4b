import { type LearnedStation, stationKey } from '@nic-herald/core';

/**
 * What a learned station says, but for the ages and the order they make: they change by themselves. That an address
 * is older than `maxAgeMs` it does say: whoever holds it as it was before would announce the address.
 */
export const stationContent = (
  { station, addresses = [] }: LearnedStation,
  maxAgeMs = Number.POSITIVE_INFINITY,
): string => {
  const owned = addresses.map(({ address, proof, ageMs, router }) =>
    [address, proof, String(router), ageMs > maxAgeMs].join(' '),
  );
  return [stationKey(station), ...owned.sort()].join('; ');
};
