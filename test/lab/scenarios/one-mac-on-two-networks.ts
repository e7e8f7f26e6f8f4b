import { MacAddress } from '@nic-herald/wire';
import { armed, startAgents } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination, watchArrivals } from '../guest-move.js';
import { bootGuest } from '../guest-on-host.js';
import { GuestBuilder, speakOnce } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { CaseContext, LabCase } from '../lab-case.js';
import { LabRig } from '../lab-rig.js';
import type { Measurement } from '../measurement.js';
import { bridgePorts } from '../namespaces.js';
import { PeerProber } from '../peer-prober.js';
import type { QemuProcess } from '../qemu-process.js';
import { secondBridge, secondPeer, withSecondBridge } from '../two-bridges.js';
import { waitUntil } from '../wait-until.js';

const name = 'one-mac-on-two-networks';
const mac = MacAddress.of('52:54:00:cc:00:01');
const cards = new GuestBuilder().card('virtio').card('virtio', '52:54:00:00:00:02').build(name);
/** The guest gives both its cards one MAC, which QEMU does not announce. */
const recipe = {
  ...cards,
  setUp: [...[0, 1].map((index) => `ip link set eth${index} address ${mac}`), ...cards.setUp],
  stations: cards.stations.map((station) => ({ ...station, mac })),
};
/** By the guest's cards: the bridge of each, and its tap there. */
const places = [
  { bridge: 'br0', tap: 'tap0' },
  { bridge: secondBridge, tap: 'tap1' },
] as const;

interface Trial {
  readonly measurement: Measurement;
  readonly faults: readonly string[];
}

/** Two networks that know nothing of each other may have the same MAC each: both are announced, each where it is. */
export const oneMacOnTwoNetworks: LabCase = {
  name,
  summary: 'two cards with one MAC in two networks, a bridge each: both are announced, each in its own',
  needsAgents: false,
  run: async (context) => {
    const { measurement: alone, faults: invalid } = await migrateOnce(context, false);
    const faults = [...invalid];
    if (alone.dark !== 2) faults.push(`not valid: QEMU alone left ${alone.dark} dark, not 2`);
    if (context.qemuAloneOnly) return { alone, faults };
    const { measurement: herald, faults: more } = await migrateOnce(context, true);
    return { alone, herald, faults: [...faults, ...darkStations(herald), ...more] };
  },
};

async function migrateOnce(context: CaseContext, withAgents: boolean): Promise<Trial> {
  const { guest, stations } = recipe;
  const directory = `${context.directory}/${withAgents ? 'nic-herald' : 'qemu-alone'}`;
  const rig = await LabRig.start({ ...context, guest, directory, switch: withSecondBridge('other') });
  try {
    const second = await PeerProber.start(rig.network.peer, directory, secondPeer);
    rig.owns(second);
    const [agents, source] = await Promise.all([
      withAgents ? startAgents(rig) : undefined,
      bootGuest(rig, 'A', recipe),
    ]);
    await settled(rig, source);
    const [before, after, destination] = await Promise.all([
      watchArrivals(rig, 'A', stations),
      watchArrivals(rig, 'B', stations),
      startDestination(rig, 'B'),
    ]);
    // Each network has its own peer and its own flow: a frame of one never gets into the other.
    for (const [index, prober] of [rig.prober, second].entries())
      prober.probe(stations.slice(index, index + 1), 4);
    const beforeMs = Date.now();
    const reached = await measureReturns(before, beforeMs);
    const faults = darkStations(reached, 'not valid: at the source, ');
    if (agents) {
      // A RARP and a gratuitous ARP at each card: seen there, with its address.
      await armed(agents.B, 2 * stations.length);
    }
    await beginMigration(rig, source, destination);
    const measurement = await measureReturns(after, await resumeOf(destination));
    if (agents) {
      const report = await agents.B.report();
      faults.push(...reportFaults(report, stations), ...(await misplaced(rig, 'B')));
      for (const { nic, announced, added } of report.nics) {
        if (![...announced, ...added].some(({ station }) => station.mac === mac))
          faults.push(`${mac} was not announced at ${nic}`);
      }
    }
    return { measurement, faults };
  } finally {
    await rig.stop();
  }
}

async function settled(rig: LabRig, guest: QemuProcess): Promise<void> {
  await waitUntil('both bridges of A to know the guest', { timeoutMs: 15_000 }, async () => {
    if ((await misplaced(rig, 'A')).length === 0) return true;
    await guest.console.run(speakOnce(recipe.stations));
    return undefined;
  });
}

async function misplaced(rig: LabRig, host: 'A' | 'B'): Promise<string[]> {
  const each = places.map(async ({ bridge, tap }) => {
    const port = (await bridgePorts(rig.network.hosts[host], bridge)).get(mac);
    return port === tap ? [] : [`${bridge} of ${host} has the guest at ${port ?? 'no port'}, not ${tap}`];
  });
  return (await Promise.all(each)).flat();
}
