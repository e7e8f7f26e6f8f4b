import { armed } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { misplacedStations } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { type Card, GuestBuilder } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';
import { worstOf } from '../measurement.js';

/** A to B to A with VLANs. On virtio QEMU 7.2 drops the VLAN table at every hop: only the hand-off still knows it. */
export function thereAndBack(card: Card): LabCase {
  const recipe = new GuestBuilder().card(card).vlans(10, 20, 300, 4000).build(`${card}-there-and-back`);
  return {
    name: `${card}-4-vlans-there-and-back`,
    summary: 'A to B to A: nothing known is lost on the way',
    needsAgents: true,
    sinceQemu: recipe.sinceQemu,
    run: async (context) => {
      return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
        const atB = await startDestination(rig, 'B');
        await armed(agents.B, recipe.stations.length);
        await beginMigration(rig, source, atB);
        const there = await measureReturns(watches.B, await resumeOf(atB));
        const faults = [
          ...darkStations(there, 'A to B, '),
          ...(await misplacedStations(rig, 'B', recipe.stations)),
        ];
        faults.push(...reportFaults(await agents.B.report(), recipe.stations));
        await source.stop();

        const atA = await startDestination(rig, 'A', { suffix: '2' });
        await armed(agents.A, recipe.stations.length);
        await beginMigration(rig, atB, atA);
        const back = await measureReturns(watches.A, await resumeOf(atA));
        faults.push(
          ...darkStations(back, 'B to A, '),
          ...(await misplacedStations(rig, 'A', recipe.stations)),
        );
        faults.push(...reportFaults(await agents.A.report(), recipe.stations));
        return { herald: worstOf(there, back), faults };
      });
    },
  };
}
