import { type StationKey, stationKey } from '@nic-herald/core';
import type { World } from './world.js';

/** What was announced in all, by machine and host, `0@A`: stations in few words. */
export const announcedIn = ({ announced, machines }: World): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...announced].map(([place, stations]) => {
      const machine = machines[Number(place[0])];
      return [place, wordsFor([...stations], (station) => machine?.wordOf(station) ?? station)];
    }),
  );

/** The quiet stations of machine 0 that are in the store, by who wrote of a machine of its key. */
export const storedIn = async ({
  store,
  machines: [machine],
}: World): Promise<Readonly<Record<string, string>>> => {
  if (machine === undefined) return {};
  const entries = await store.fetch(machine.key);
  return Object.fromEntries(
    entries.map((entry) => {
      const nics = 'snapshot' in entry ? entry.snapshot.nics : [];
      const quiet = new Set(machine.quiet.map(stationKey));
      const learned = nics
        .flatMap((nic) => nic.learned.map(({ station }) => stationKey(station)))
        .filter((station) => quiet.has(station));
      return [entry.host, wordsFor(learned, (station) => machine.wordOf(station))];
    }),
  );
};

const wordsFor = (stations: readonly StationKey[], wordOf: (station: StationKey) => string): string =>
  stations
    .map(wordOf)
    .sort((a, b) => (a < b ? -1 : 1))
    .join(' ');
