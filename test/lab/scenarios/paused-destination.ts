import { setTimeout as sleep } from 'node:timers/promises';
import { armed } from '../agent-process.js';
import { beginMigration, claimsBetween, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';
import { waitUntil } from '../wait-until.js';

const pausedForMs = 2000;

/** Management software starts the destination with -S and lets the guest go on when it sees fit. */
export const pausedDestination: LabCase = {
  name: 'destination-paused-2-s',
  summary: 'the destination holds the guest for two seconds: silence, then everything at `cont`',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder().card('e1000').vlans(10, 20, 300, 4000).build('destination-paused');
    return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
      const destination = await startDestination(rig, 'B', { paused: true });
      await armed(agents.B, recipe.stations.length);
      const begunAtMs = Date.now();
      await beginMigration(rig, source, destination);
      await waitUntil('the migration to complete', { timeoutMs: 30_000 }, async () => {
        const { status } = (await source.qmp.execute('query-migrate')) as { status?: string };
        return status === 'completed' || undefined;
      });
      await sleep(pausedForMs);
      await destination.qmp.execute('cont');
      const resumedAtMs = await resumeOf(destination);
      const herald = await measureReturns(watches.B, resumedAtMs);
      const early = await claimsBetween(watches.B, begunAtMs, resumedAtMs);
      const faults = early.map((key) => `${key} was announced while the guest was held`);
      faults.push(...darkStations(herald), ...reportFaults(await agents.B.report(), recipe.stations));
      return { herald, faults };
    });
  },
};
