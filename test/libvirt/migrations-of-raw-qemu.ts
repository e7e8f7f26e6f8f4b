import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { armed, startAgents } from '../lab/agent-process.js';
import { beginMigration, resumeOf, startDestination, switchEventsOn } from '../lab/guest-move.js';
import { bootGuest, misplacedStations } from '../lab/guest-on-host.js';
import { LabRig } from '../lab/lab-rig.js';
import { waitUntil } from '../lab/wait-until.js';
import type { LibvirtContext } from './libvirt-case.js';
import { asRecipe, guestOf64Stations } from './many-stations.js';
import { askOnce } from './silent-guest.js';

/** Migrates the same guest there and back at QEMU's own sockets; gives the report of each arrival. */
export async function migrationsOfRawQemu(
  context: LibvirtContext,
  count: number,
  ready: () => void,
): Promise<MigrationReport[]> {
  const recipe = asRecipe(guestOf64Stations());
  const { guest, stations } = recipe;
  const directory = join(context.directory, 'raw-qmp');
  const rig = await LabRig.start({ image: context.image, guest, directory });
  try {
    const [agents, booted] = await Promise.all([startAgents(rig), bootGuest(rig, 'A', recipe)]);
    await waitUntil('the switches to learn every station', { timeoutMs: 30_000 }, async () => {
      await booted.console.run(askOnce(stations));
      return (await misplacedStations(rig, 'A', stations)).length === 0 || undefined;
    });
    ready();
    let source = booted;
    const reports: MigrationReport[] = [];
    for (let number = 0; number < count; number++) {
      const to = number % 2 === 0 ? 'B' : 'A';
      const since = agents[to].lines.length;
      const destination = await startDestination(rig, to, { suffix: `-${number}` });
      await switchEventsOn(source, destination);
      await armed(agents[to], stations.length, since);
      await beginMigration(rig, source, destination);
      await resumeOf(destination);
      reports.push(await agents[to].report(Math.floor(number / 2) + 1));
      await source.stop();
      source = destination;
    }
    return reports;
  } finally {
    await rig.stop();
  }
}
