import { armed } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination, watchArrivals } from '../guest-move.js';
import { misplacedStations } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { seenWithAddresses } from '../handed-over.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';
import { bridgePorts } from '../namespaces.js';

const newTap = 'tap1';

/** From one QEMU to another on the same host, as when QEMU is replaced: one agent is source and destination. */
export const migrationWithinOneHost: LabCase = {
  name: 'migration-within-one-host',
  summary: "from tap0 to tap1 of one host: the host's own bridge has every station at the new tap",
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder().card('virtio').macvlans(2).vlans(10).build('migration-within-one-host');
    const { guest, stations } = recipe;
    const moved = { ...guest, nics: guest.nics.map((nic) => ({ ...nic, tap: newTap })) };
    return withReadyGuest(
      context,
      recipe,
      async ({ rig, agents, source }) => {
        await seenWithAddresses(rig, 'A', stations);
        const after = await watchArrivals(rig, 'A', stations, [newTap]);
        const destination = await startDestination(rig, 'A', { suffix: '2', guest: moved });
        await armed(agents.A, stations.length);
        await beginMigration(rig, source, destination);
        const herald = await measureReturns(after, await resumeOf(destination));

        const faults = [...darkStations(herald), ...reportFaults(await agents.A.report(), stations)];
        const ports = await bridgePorts(rig.network.hosts.A);
        for (const mac of new Set(stations.map((station) => station.mac))) {
          const port = ports.get(mac);
          if (port !== newTap)
            faults.push(`bridge of A has ${mac} at ${port ?? 'no port'}, not at ${newTap}`);
        }
        faults.push(...(await misplacedStations(rig, 'A', stations)));
        return { herald, faults };
      },
      { neighbours: [moved] },
    );
  },
};
