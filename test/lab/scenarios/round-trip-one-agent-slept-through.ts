import { AgentProcess } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { misplacedStations, settleTables } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { seenWithAddresses } from '../handed-over.js';
import { darkStations } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';

/** How long after RESUME the agent is started again. */
const asleepMs = 1000;
/** From the agent's `ready` until every station must be back. */
const limitMs = 10_000;

/** Away and back again while nobody looked: the newest snapshot is this host's own, and yet all switches are wrong. */
export const roundTripOneAgentSleptThrough: LabCase = {
  name: 'round-trip-one-agent-slept-through',
  summary:
    'A to B without an agent, back to A while the agent on A is stopped: announced late when it starts',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder().card('virtio').macvlans(2).vlans(10).build('round-trip-slept-through');
    const { stations } = recipe;
    return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
      await agents.B.process.stop();
      await seenWithAddresses(rig, 'A', stations);
      const atB = await startDestination(rig, 'B');
      await beginMigration(rig, source, atB);
      await resumeOf(atB);
      await source.stop();
      await settleTables(rig, atB, 'B', stations);

      await agents.A.process.stop();
      const atA = await startDestination(rig, 'A', { suffix: '2' });
      await beginMigration(rig, atB, atA);
      const resumedAtMs = await resumeOf(atA);
      const unaided = await measureReturns(watches.A, resumedAtMs, asleepMs);
      const restarted = await AgentProcess.start(rig, 'A');
      const herald = await measureReturns(watches.A, Date.now(), limitMs);

      const faults = darkStations(herald, 'after the start of the agent, ');
      if (unaided.dark < stations.length - 1)
        faults.push('not valid: the stations were back without an agent');
      faults.push(...(await misplacedStations(rig, 'A', stations)));
      const report = await restarted.report().catch(() => undefined);
      if (report === undefined)
        faults.push('the agent on A announced nothing when it was started: no report');
      else if (report.cause !== 'late') faults.push(`the report's cause is ${report.cause}, not late`);
      return { herald, faults };
    });
  },
};
