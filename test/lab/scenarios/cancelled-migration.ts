import { setTimeout as sleep } from 'node:timers/promises';
import { armed } from '../agent-process.js';
import { beginMigration, claimsBetween, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { misplacedStations } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';

/** Slow enough that the migration of a booted guest lasts many seconds. */
const slowBytesPerSecond = 1_000_000;

/** Cancelled after the destination's plan is armed: nothing is announced there, and a real migration then works. */
export const cancelledMigration: LabCase = {
  name: 'cancelled-then-migrated',
  summary: 'a migration cancelled when the plan was armed announces nothing; a real one then works',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder().card('e1000').macvlans(8).build('cancelled-then-migrated');
    return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
      const faults: string[] = [];
      const begunAtMs = Date.now();
      const abandoned = await startDestination(rig, 'B');
      await armed(agents.B, recipe.stations.length);
      await beginMigration(rig, source, abandoned, slowBytesPerSecond);
      await sleep(1000);
      await source.qmp.execute('migrate_cancel');
      await abandoned.process.ended;
      await sleep(1000);
      const claims = await claimsBetween(watches.B, begunAtMs, Date.now());
      faults.push(...claims.map((key) => `${key} was announced for a cancelled migration`));
      faults.push(
        ...(await agents.B.reports()).map(({ outcome }) => `a cancelled migration has a report: ${outcome}`),
      );
      faults.push(...(await misplacedStations(rig, 'A', recipe.stations)));

      const since = agents.B.lines.length;
      const destination = await startDestination(rig, 'B', { suffix: '2' });
      await armed(agents.B, recipe.stations.length, since);
      await beginMigration(rig, source, destination);
      const herald = await measureReturns(watches.B, await resumeOf(destination));
      faults.push(...darkStations(herald), ...reportFaults(await agents.B.report(), recipe.stations));
      return { herald, faults };
    });
  },
};
