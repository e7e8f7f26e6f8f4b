import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { handedOver } from './libvirt-agents.js';
import type { LibvirtContext } from './libvirt-case.js';
import { guestOf64Stations } from './many-stations.js';
import { migrate } from './migrate.js';
import { Trial } from './trial.js';

/** Migrates a guest there and back by libvirt, with agents on both hosts; gives the report of each arrival. */
export async function migrationsUnderLibvirt(
  context: LibvirtContext,
  count: number,
  ready: () => void,
): Promise<MigrationReport[]> {
  const guest = guestOf64Stations();
  const directory = join(context.directory, 'libvirt');
  return Trial.run({ ...context, directory }, { guest }, true, async ({ pair, agents }) => {
    if (!agents) return [];
    pair.rig.prober.rest();
    ready();
    const reports: MigrationReport[] = [];
    for (let number = 0; number < count; number++) {
      const [from, to] = number % 2 === 0 ? (['A', 'B'] as const) : (['B', 'A'] as const);
      await migrate(pair, from, to, guest.name);
      reports.push(await agents[to].report(Math.floor(number / 2) + 1));
      await handedOver(pair, to, guest.name, guest.stations);
    }
    return reports;
  });
}
