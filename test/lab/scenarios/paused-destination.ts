import { setTimeout as sleep } from 'node:timers/promises';
import { armed } from '../agent-process.js';
import {
  beginMigration,
  claimsBetween,
  measureReturns,
  migrationCompleted,
  resumeOf,
  startDestination,
  switchEventsOn,
} from '../guest-move.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';

const pausedForMs = 2000;

/** As libvirt does it: migration events on, the destination started with -S, and `cont` when it sees fit. */
export const pausedDestination: LabCase = {
  name: 'destination-paused-2-s',
  summary: 'the destination holds the guest for two seconds: silence, then everything at `cont`',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder().card('e1000').vlans(10, 20, 300, 4000).build('destination-paused');
    return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
      const destination = await startDestination(rig, 'B', { paused: true });
      await switchEventsOn(source, destination);
      await armed(agents.B, recipe.stations.length);
      const begunAtMs = Date.now();
      await beginMigration(rig, source, destination);
      await migrationCompleted(source);
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
