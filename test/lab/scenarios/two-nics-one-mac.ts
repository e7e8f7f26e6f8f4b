import { armed } from '../agent-process.js';
import { beginMigration, resumeOf, startDestination } from '../guest-move.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';

/** Two cards with one MAC: one clear warning, and never less than QEMU does for each. */
export const twoNicsOneMac: LabCase = {
  name: 'two-nics-one-mac',
  summary: 'two cards with one MAC: a warning with a code, and the agent goes on',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder().card('e1000').twin('e1000').build('two-nics-one-mac');
    return withReadyGuest(context, recipe, async ({ rig, agents, source }) => {
      const destination = await startDestination(rig, 'B');
      await armed(agents.B, recipe.stations.length);
      await beginMigration(rig, source, destination);
      await resumeOf(destination);
      const report = await agents.B.report();
      const faults: string[] = [];
      if (report.outcome !== 'announced') faults.push(`the report says ${report.outcome}, not announced`);
      if (![...agents.A.lines, ...agents.B.lines].some(({ code }) => code === 'HERALD_NIC_DUPLICATE_MAC'))
        faults.push('neither agent warned that two cards have one MAC');
      return { faults };
    });
  },
};
