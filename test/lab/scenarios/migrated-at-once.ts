import { beginMigration, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { misplacedStations } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';

/** An e1000 tells of no change and is polled: a guest may go before its newest VLANs are in the hand-off. */
export const migratedAtOnce: LabCase = {
  name: 'e1000-4-vlans-migrated-at-once',
  summary: 'migrated without waiting for the hand-off: what it lacks is read from the card on arrival',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder().card('e1000').vlans(10, 20, 300, 4000).build('migrated-at-once');
    return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
      const destination = await startDestination(rig, 'B');
      await beginMigration(rig, source, destination);
      const herald = await measureReturns(watches.B, await resumeOf(destination));
      const faults = [...darkStations(herald), ...(await misplacedStations(rig, 'B', recipe.stations))];
      faults.push(...reportFaults(await agents.B.report(), recipe.stations));
      return { herald, faults };
    });
  },
};
