import { AgentProcess, armed } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination, watchArrivals } from '../guest-move.js';
import { bootGuest, settleTables } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { seenWithAddresses } from '../handed-over.js';
import { darkStations } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';
import type { LabRig } from '../lab-rig.js';
import { inNamespace } from '../namespaces.js';
import { claimsOfAbsent, handedOverAbsent, reportedAbsent } from '../not-here.js';
import type { Station } from '../station.js';

/** How long nothing of its former life may be heard after the guest has booted. */
const watchedMs = 6000;

/** A guest that boots has nothing yet but its cards: what the hand-off knows is of a life that is over. */
export const bootOnAThirdHost: LabCase = {
  name: 'boot-on-a-third-host',
  summary: 'A to B, B dies, the guest boots on C: nothing that it had before is announced there',
  needsAgents: true,
  run: async (context) => {
    const recipe = new GuestBuilder().card('virtio').macvlans(2).vlans(10).build('boot-on-a-third-host');
    const { stations } = recipe;
    const others = stations.slice(1);
    return withReadyGuest(
      context,
      recipe,
      async ({ rig, agents, source, watches }) => {
        const agentOnC = await AgentProcess.start(rig, 'C');
        const atB = await startDestination(rig, 'B');
        await armed(agents.B, stations.length);
        await beginMigration(rig, source, atB);
        const herald = await measureReturns(watches.B, await resumeOf(atB));
        await source.stop();
        await settleTables(rig, atB, 'B', stations);
        await seenWithAddresses(rig, 'B', stations);
        rig.prober.rest();

        await Promise.all([atB.process.stop('SIGKILL'), agents.B.process.stop('SIGKILL')]);
        await takeOver(rig, others[0]);
        const absent = {
          watch: await watchArrivals(rig, 'C', stations),
          stations: others, // its card has its own MAC as before
          addressesOf: stations,
          whose: 'its former life',
        };
        const fromMs = Date.now();
        await bootGuest(rig, 'C', { ...recipe, setUp: ['ip link set eth0 up'] });
        const untilMs = Date.now() + watchedMs;

        const faults = darkStations(herald, 'A to B, ');
        faults.push(...(await claimsOfAbsent(absent, { fromMs, untilMs, when: 'it started on C' })));
        await agentOnC.line('guest appeared', ({ event }) => event === 'guest:appeared', 1000);
        faults.push(...(await reportedAbsent(agentOnC, absent)), ...(await handedOverAbsent(rig, absent)));
        return { herald, faults };
      },
      { thirdHost: true },
    );
  },
};

/** Another machine has the address of one of the guest's stations by now, and says so. */
async function takeOver(rig: LabRig, station: Station | undefined): Promise<void> {
  if (station === undefined) return;
  const { address } = station;
  await inNamespace(rig.network.peer, ['ip', 'addr', 'add', `${address}/24`, 'dev', 'peer0']);
  const say = ['busybox', 'arping', '-U', '-c', '1', '-w', '1', '-I', 'peer0', '-s', address, address];
  await inNamespace(rig.network.peer, say).catch(() => undefined); // it ends with 1 where nobody answers
}
