import { beginMigration, measureReturns, resumeOf, startDestination, switchEventsOn } from '../guest-move.js';
import { misplacedStations, settleTables } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder, type GuestRecipe } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';

interface AtOnceOptions {
  readonly name: string;
  readonly summary: string;
  readonly recipe: GuestRecipe;
  /** The migration events are on, as libvirt has them; QEMU leaves them off. */
  readonly events: boolean;
}

/** Migrated without waiting until the hand-off has all that the guest uses. */
function migratedAtOnce({ name, summary, recipe, events }: AtOnceOptions): LabCase {
  return {
    name,
    summary,
    needsAgents: true,
    run: (context) =>
      withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
        const destination = await startDestination(rig, 'B');
        if (events) await switchEventsOn(source, destination);
        await settleTables(rig, source, 'A', recipe.stations);
        await beginMigration(rig, source, destination);
        const herald = await measureReturns(watches.B, await resumeOf(destination));
        const faults = [...darkStations(herald), ...(await misplacedStations(rig, 'B', recipe.stations))];
        faults.push(...reportFaults(await agents.B.report(), recipe.stations));
        return { herald, faults };
      }),
  };
}

const nested = new GuestBuilder()
  .card('e1000')
  .nested('52:54:00:bb:00:01', '52:54:00:bb:00:02')
  .build('nested-migrated-at-once');

export const migratedAtOnceCases: readonly LabCase[] = [
  // An e1000 tells of no change and is polled: a guest may go before its newest VLANs are in the hand-off.
  migratedAtOnce({
    name: 'e1000-4-vlans-migrated-at-once',
    summary: 'migrated without waiting for the hand-off: what it lacks is read from the card on arrival',
    recipe: new GuestBuilder().card('e1000').vlans(10, 20, 300, 4000).build('migrated-at-once'),
    events: false,
  }),
  // No card on arrival can tell of these: the ports are read when the migration begins, and when the guest stops.
  migratedAtOnce({
    name: 'nested-migrated-at-once',
    summary: 'nested MACs that spoke just before the migration, with migration events on',
    recipe: nested,
    events: true,
  }),
  migratedAtOnce({
    name: 'nested-migrated-at-once-no-events',
    summary: 'nested MACs that spoke just before the migration, with migration events off',
    recipe: nested,
    events: false,
  }),
];
