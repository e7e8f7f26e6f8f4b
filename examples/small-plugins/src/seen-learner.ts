import { createReadStream, existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Clock, HeraldPlugin, StationLearner } from '@nic-herald/core';
import { CLOCK, HeraldError, STATION_LEARNER } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';

/** Another program keeps `DIRECTORY/TAP.seen`: a line `MAC MS` for each station of the guest, the latest first. */
export const seenLearner = (clock: Clock, directory: string): StationLearner => ({
  name: 'seen',
  claim: async ({ kind }) => (kind === 'tap' ? { preference: 70 } : { refusal: 'knows taps alone' }),
  open: async ({ name }) => {
    const path = `${directory}/${encodeURIComponent(name)}.seen`;
    if (!existsSync(path)) throw new HeraldError('HERALD_PORT_MISSING', `${path} is not there, for ${name}`);
    return {
      read: async ({ signal }) => {
        const table = await text(createReadStream(path, { end: 65_535, signal })); // no more, whatever is there
        const stations = [...table.matchAll(/^(\S+) (\d+)$/gm)].flatMap(([, written = '', seen]) => {
          const mac = MacAddress.parse(written);
          const ageMs = Math.max(0, clock.now() - Number(seen));
          return mac && MacAddress.isStationAddress(mac) ? [{ station: { mac }, ageMs }] : [];
        });
        return { stations: stations.slice(0, 256), exactVlans: false, capacity: 256 };
      },
      close: async () => {},
    };
  },
});

const make = ({ directory }: { directory: string }): HeraldPlugin => ({
  name: '@example/nic-herald-seen-learner',
  contract: 2,
  install: (registrar) =>
    registrar.contribute(STATION_LEARNER, { factory: ({ get }) => seenLearner(get(CLOCK), directory) }),
});
export const plugin = Object.assign(make, { options: z.strictObject({ directory: z.string().min(1) }) });
