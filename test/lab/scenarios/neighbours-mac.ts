import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { type AgentPair, armed, startAgents } from '../agent-process.js';
import { unreachedTimes } from '../always-reached.js';
import {
  beginMigration,
  measureReturns,
  probeSource,
  resumeOf,
  startDestination,
  watchArrivals,
} from '../guest-move.js';
import { bootGuest, misplacedStations, settleTables } from '../guest-on-host.js';
import { GuestBuilder, type GuestRecipe } from '../guest-recipe.js';
import { announcedStations, darkStations } from '../herald-checks.js';
import type { LabCase } from '../lab-case.js';
import { LabRig } from '../lab-rig.js';
import type { HostName } from '../namespaces.js';
import { sourceOfFrame } from '../probe-frame.js';
import { captureDelayMs, type TapReceiver } from '../tap-receiver.js';

/** How long the victim is watched after the attacker arrived. */
const watchedMs = 3000;
const reach = { whose: 'the victim', when: 'RESUME' };

/** How the attacker has the victim's MAC: in its card's filter, where it never speaks, or in frames it sends. */
type Theft = 'filter' | 'frames';

/** A guest that takes its neighbour's MAC along on a migration: refused, and the neighbour notices nothing. */
function neighboursMac(theft: Theft, victimAt: HostName): LabCase {
  const name = `neighbours-mac-in-${theft}-victim-on-${victimAt}`;
  return {
    name,
    summary: `a guest migrates with the MAC of a neighbour on ${victimAt} in its ${theft}: refused, with the reason`,
    needsAgents: true,
    run: async (context) => {
      const victim = new GuestBuilder(1).card('virtio').build('victim');
      const [stolen] = victim.stations;
      if (!stolen) throw new RangeError('the victim has no station');
      const attacker = attackerOf(theft, stolen.mac, name);
      const rig = await LabRig.start({ ...context, guest: attacker.guest, neighbours: [victim.guest] });
      try {
        const agents = await startAgents(rig);
        const [source, neighbour] = await Promise.all([
          bootGuest(rig, 'A', attacker),
          bootGuest(rig, victimAt, victim, '-victim'),
        ]);
        // More than once: the guest's bridge may not forward yet.
        if (theft === 'frames') {
          await source.console.run('arping -U -c 4 -w 4 -I theft -s 10.99.0.2 10.99.0.2 >/dev/null; true');
        }
        await settleTables(rig, source, 'A', attacker.stations);
        await settleTables(rig, neighbour, victimAt, victim.stations);
        await foreignTold(agents);

        const taps = victim.guest.nics.map(({ tap }) => tap);
        const home = await watchArrivals(rig, victimAt, victim.stations, taps);
        const before = await watchArrivals(rig, 'A', attacker.stations);
        const after = await watchArrivals(rig, 'B', attacker.stations);
        const entry = await rig.capture('B', 'tap0', 'in');
        await probeSource(rig, before);
        rig.prober.probe([...attacker.stations, ...victim.stations], 4);
        const destination = await startDestination(rig, 'B');
        await armed(agents.B, attacker.stations.length);
        const begunAtMs = Date.now();
        await beginMigration(rig, source, destination);
        const resumedAtMs = await resumeOf(destination);
        const herald = await measureReturns(after, resumedAtMs);
        await sleep(Math.max(0, resumedAtMs + watchedMs + captureDelayMs - Date.now()));
        return {
          herald,
          faults: [
            ...darkStations(herald),
            ...refusalFaults(await agents.B.report(), stolen.mac, theft),
            ...(await claimFaults(entry, stolen.mac, begunAtMs)),
            ...(await unreachedTimes(home, resumedAtMs, resumedAtMs + watchedMs, reach)),
            ...(await misplacedStations(rig, victimAt, victim.stations)),
          ],
        };
      } finally {
        await rig.stop();
      }
    },
  };
}

export const neighboursMacCases: readonly LabCase[] = [
  neighboursMac('filter', 'A'),
  neighboursMac('filter', 'B'),
  neighboursMac('frames', 'A'),
  neighboursMac('frames', 'B'),
];

function attackerOf(theft: Theft, mac: MacAddress, name: string): GuestRecipe {
  const builder = new GuestBuilder().card('virtio');
  // Behind a bridge a MAC is in no filter: only its frames tell of it.
  const recipe = theft === 'filter' ? builder.build(name) : builder.nested('52:54:00:bb:00:01').build(name);
  const take =
    theft === 'filter'
      ? [
          'modprobe macvlan',
          `ip link add link eth0 name theft address ${mac} type macvlan mode bridge && ip link set theft up`,
        ]
      : [
          `ip link add theft address ${mac} type veth peer name theftp && ip link set theftp master br0`,
          'ip link set theftp up && ip link set theft up && ip addr add 10.99.0.2/24 dev theft',
        ];
  return { ...recipe, setUp: [...recipe.setUp, ...take] };
}

/** Waits until the agent of the source has seen what its guest does. */
async function foreignTold(agents: AgentPair): Promise<void> {
  await agents.A.line('HERALD_STATION_FOREIGN', ({ code }) => code === 'HERALD_STATION_FOREIGN', 20_000);
}

function refusalFaults(report: MigrationReport, mac: MacAddress, theft: Theft): string[] {
  const faults = [...announcedStations(report).keys()]
    .filter((key) => key.startsWith(mac))
    .map((key) => `${key}, which is the victim's, was announced`);
  const refusals = report.nics.flatMap(({ refused }) => refused).filter((refusal) => refusal.mac === mac);
  const evidence = theft === 'filter' ? 'filter' : 'learned';
  if (!refusals.some((each) => each.reason === 'owned-by-other-guest' && each.evidence === evidence)) {
    faults.push(`the report does not refuse ${mac} (${evidence}): ${JSON.stringify(refusals)}`);
  }
  return faults;
}

/** Frames with the victim's MAC that entered at the attacker's port on the destination: there must be none. */
async function claimFaults(entry: TapReceiver, mac: MacAddress, sinceMs: number): Promise<string[]> {
  const claims = (await entry.frames()).filter(
    ({ atMs, bytes }) => atMs > sinceMs && sourceOfFrame(bytes)?.startsWith(mac),
  );
  return claims.length === 0
    ? []
    : [`${claims.length} frames claimed the victim's ${mac} at the attacker's port`];
}
