import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess, armed } from '../agent-process.js';
import {
  beginMigration,
  measureReturns,
  migrationCompleted,
  resumeOf,
  startDestination,
} from '../guest-move.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { darkStations } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';
import type { LabRig } from '../lab-rig.js';
import { type HostName, injectorLeftovers } from '../namespaces.js';

/** How long after its start an agent is killed: while it loads, while it sets up, and when it works. */
const killAfterMs = [80, 150, 250, 400, 700, 1200];
const vlans = [10, 20, 300, 4000] as const;

/** Kill -9 again and again: each next start finds its way, and what was known comes back from the hand-off. */
const killedRepeatedly: LabCase = {
  name: 'agent-killed-repeatedly',
  summary: 'kill -9 at many moments leaves one injector after the next start, and forgets nothing',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder()
      .card('virtio')
      .vlans(...vlans)
      .build('agent-killed-repeatedly');
    return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
      const atB = await startDestination(rig, 'B');
      await armed(agents.B, recipe.stations.length);
      await beginMigration(rig, source, atB);
      const there = await measureReturns(watches.B, await resumeOf(atB));
      const faults = darkStations(there, 'A to B, ');
      await agents.B.report();
      await source.stop();

      // From here on the card at B has lost its VLANs (QEMU 7.2): only the hand-off knows them.
      await kill(agents.B);
      for (const afterMs of killAfterMs) {
        const agent = await AgentProcess.launch(rig, 'B');
        await sleep(afterMs);
        if (!agent.process.running) faults.push(`an agent ended by itself within ${afterMs} ms of its start`);
        await kill(agent);
      }
      const restarted = await AgentProcess.start(rig, 'B');
      faults.push(...(await injectorFaults(rig, 'B')));
      await atB.console.run('true');
      const { status } = (await atB.qmp.execute('query-status')) as { status: string };
      if (status !== 'running') faults.push(`QEMU noticed: it is ${status}`);

      const atA = await startDestination(rig, 'A', { suffix: '2' });
      await armed(agents.A, recipe.stations.length);
      await beginMigration(rig, atB, atA);
      const herald = await measureReturns(watches.A, await resumeOf(atA));
      faults.push(...darkStations(herald, 'B to A, '));
      await restarted.process.stop();
      const left = await injectorLeftovers(rig.network.hosts.B);
      if (left.interfaces.length > 0) faults.push(`an ordinary stop leaves ${left.interfaces.join(', ')}`);
      return { herald, faults };
    });
  },
};

/** Killed when its plan was armed and started again before the guest resumes. */
const killedWhenArmed: LabCase = {
  name: 'agent-killed-when-armed',
  summary: 'kill -9 between plan and trigger; the next start is armed again in time',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder()
      .card('e1000')
      .vlans(...vlans)
      .build('agent-killed-when-armed');
    return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
      const destination = await startDestination(rig, 'B', { paused: true });
      await armed(agents.B, recipe.stations.length);
      await beginMigration(rig, source, destination);
      await kill(agents.B);
      const restarted = await AgentProcess.start(rig, 'B');
      await armed(restarted, recipe.stations.length);
      await migrationCompleted(source);
      await destination.qmp.execute('cont');
      const herald = await measureReturns(watches.B, await resumeOf(destination));
      return { herald, faults: [...darkStations(herald), ...(await injectorFaults(rig, 'B'))] };
    });
  },
};

/** Dead while the guest resumes: the next start finds the guest here and announces late. */
const killedDuringResume: LabCase = {
  name: 'agent-killed-during-resume',
  summary: 'kill -9 before RESUME, started again after it: announced late, and the report says so',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder()
      .card('virtio')
      .vlans(...vlans)
      .build('agent-killed-during-resume');
    return withReadyGuest(context, recipe, async ({ rig, agents, source, watches }) => {
      const destination = await startDestination(rig, 'B');
      await armed(agents.B, recipe.stations.length);
      await kill(agents.B);
      await beginMigration(rig, source, destination);
      const resumedAtMs = await resumeOf(destination);
      const restarted = await AgentProcess.start(rig, 'B');
      const herald = await measureReturns(watches.B, resumedAtMs);
      const faults = [...darkStations(herald), ...(await injectorFaults(rig, 'B'))];
      const { cause } = await restarted.report();
      if (cause !== 'late') faults.push(`the report's cause is ${cause}, not late`);
      return { herald, faults };
    });
  },
};

export const killedAgentCases: readonly LabCase[] = [killedRepeatedly, killedWhenArmed, killedDuringResume];

async function kill(agent: AgentProcess): Promise<void> {
  await agent.process.stop('SIGKILL');
}

async function injectorFaults(rig: LabRig, host: HostName): Promise<string[]> {
  const { interfaces, filters, mostAtOnePlace } = await injectorLeftovers(rig.network.hosts[host]);
  if (interfaces.length === 2 && mostAtOnePlace === 1) return [];
  return [
    `after a restart ${host} has ${interfaces.join(', ') || 'no injector'} with ${filters} filters, not one pair`,
  ];
}
