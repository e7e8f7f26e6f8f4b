import { type LearnedStation, stationKey } from '@nic-herald/core';
import { counted, firstOf } from './list-text.js';
import { hanging, indented, labelled } from './text-block.js';

/** Most stations that are printed, and most addresses of each. */
const MAX_STATIONS = 16;
const MAX_ADDRESSES = 4;

/** The IP addresses that the guest proved to own, with how and when, station by station. */
export const renderAddresses = (learned: readonly LearnedStation[]): readonly string[] => {
  const having = learned.filter(({ addresses = [] }) => addresses.length > 0);
  if (having.length === 0) return [];
  const total = having.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
  const more = having.length - MAX_STATIONS;
  return [
    ...labelled('addresses', `${total}, at ${counted(having.length, 'station')}`),
    ...having.slice(0, MAX_STATIONS).flatMap(({ station, addresses = [] }) => {
      const each = addresses.map(
        ({ address, ageMs, proof, router }) =>
          `${address} (${router ? 'a router, ' : ''}${proof} ${Math.round(ageMs / 1000)} s ago)`,
      );
      return [...indented(stationKey(station)), ...hanging(firstOf(each, MAX_ADDRESSES))];
    }),
    ...(more > 0 ? indented(`... and ${counted(more, 'station')} more; --json shows all`) : []),
  ];
};
