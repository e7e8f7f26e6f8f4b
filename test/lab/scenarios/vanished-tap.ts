import { armed } from '../agent-process.js';
import { beginMigration, resumeOf, startDestination } from '../guest-move.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import { ipBatch } from '../namespaces.js';

/** Seen before the trigger, QEMU no longer has a tap; seen after it, what was made ready went nowhere. */
const PORT_IS_GONE = new Set(['HERALD_NIC_NO_PORT', 'HERALD_PORT_MISSING']);

/** The destination's tap goes away between plan and trigger: the report says so, and the agent lives on. */
export const vanishedTap: LabCase = {
  name: 'tap-vanishes',
  summary: 'the tap is removed when the plan is armed: the report says so, the agent lives on',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder().card('e1000').macvlans(2).build('tap-vanishes');
    return withReadyGuest(context, recipe, async ({ rig, agents, source }) => {
      const destination = await startDestination(rig, 'B');
      await armed(agents.B, recipe.stations.length);
      await ipBatch(rig.network.hosts.B, ['link del tap0']);
      await beginMigration(rig, source, destination);
      await resumeOf(destination);
      const report = await agents.B.report();
      const faults: string[] = [];
      const codes = report.warnings.map((warning): string => warning.code);
      if (!codes.some((code) => PORT_IS_GONE.has(code)))
        faults.push('the report does not warn that the port is gone');
      if (report.outcome === 'announced')
        faults.push('the report says announced, through a tap that is gone');
      if (!agents.B.process.running) faults.push('the agent on B ended');
      return { faults };
    });
  },
};
