import { createHash } from 'node:crypto';
import { createReadStream, promises } from 'node:fs';
import { text } from 'node:stream/consumers';
import { CLOCK, type Clock, HANDOFF_STORE, type HeraldPlugin, keyValueHandoff } from '@nic-herald/core';
import * as z from 'zod';

const MAX_BYTES = 1_048_576;
const hash = (guest: string): string => createHash('sha256').update(guest).digest('hex');
const hostIn = (name: string): string => Buffer.from(name.split('.')[1] ?? '', 'base64url').toString();
const nameOf = (guest: string, host: string) => `${hash(guest)}.${Buffer.from(host).toString('base64url')}`;

/** A file for each guest and host, in a directory that all hosts share. */
export const fileHandoff = (clock: Clock, directory: string) =>
  keyValueHandoff(clock, {
    name: 'files',
    maxEntryBytes: MAX_BYTES,
    put: async (guest, host, entry, { signal }) => {
      const name = nameOf(guest, host);
      await promises.writeFile(`${directory}/new-${name}`, entry, { signal });
      await promises.rename(`${directory}/new-${name}`, `${directory}/of-${name}`);
    },
    list: async (guest, { signal }) => {
      const start = guest === undefined ? 'of-' : `of-${hash(guest)}.`;
      const names = (await promises.readdir(directory)).filter((name) => name.startsWith(start));
      return names.map((name) => ({
        host: hostIn(name),
        read: () => text(createReadStream(`${directory}/${name}`, { end: MAX_BYTES, signal })),
      }));
    },
    delete: (guest, host) => promises.rm(`${directory}/of-${nameOf(guest, host)}`, { force: true }),
  });

const make = ({ directory }: { directory: string }): HeraldPlugin => ({
  name: '@example/nic-herald-file-handoff',
  contract: 2,
  install: (registrar) =>
    registrar.contribute(HANDOFF_STORE, { factory: ({ get }) => fileHandoff(get(CLOCK), directory) }),
});
export const plugin = Object.assign(make, { options: z.strictObject({ directory: z.string().min(1) }) });
