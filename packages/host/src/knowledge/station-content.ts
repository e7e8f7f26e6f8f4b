import { type LearnedStation, stationKey } from '@nic-herald/core';

/**
 * What a learned station says, but for the ages and the order they make: they change by themselves. That an address
 * is older than `maxAgeMs` it does say: a host that holds the older content would announce the address. Of the addresses it asked for it
 * says only whether there are any: which ones changes with each neighbour, and is handed on when the guest leaves at the latest.
 */
export const stationContent = (
  { station, addresses = [], asked = [] }: LearnedStation,
  maxAgeMs = Number.POSITIVE_INFINITY,
): string => {
  const owned = addresses.map(({ address, proof, ageMs, router }) =>
    [address, proof, String(router), ageMs > maxAgeMs].join(' '),
  );
  const asks = asked.length === 0 ? [] : ['asks'];
  return [stationKey(station), ...owned.sort(), ...asks].join('; ');
};
