import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allLearned, armed, handedOver, startAgents } from '../agent-process.js';
import {
  beginMigration,
  measureReturns,
  probeSource,
  resumeOf,
  startDestination,
  watchArrivals,
} from '../guest-move.js';
import { bootGuest } from '../guest-on-host.js';
import { GuestBuilder, speakOnce } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { CaseContext, LabCase } from '../lab-case.js';
import { LabRig } from '../lab-rig.js';
import type { Measurement } from '../measurement.js';
import type { QemuProcess } from '../qemu-process.js';
import { SlbBond } from '../slb-bond.js';
import { type Station, stationKey } from '../station.js';
import { waitUntil } from '../wait-until.js';

/** What the agents are told; undefined = no agents. */
type Announce = 'preset: ovs-slb' | 'kinds: [rarp]' | undefined;

interface TrialOptions {
  /** Of its artefacts. */
  readonly name: string;
  readonly announce: Announce;
  /** The guest says a gratuitous ARP for each of its addresses just before it goes. */
  readonly locked?: boolean;
}

interface Trial {
  readonly measurement: Measurement;
  readonly faults: readonly string[];
}

/** An entry is locked for four to five seconds, which Open vSwitch counts whole; a round after that moves it. */
const leastLockMs = 2000;
const lockedMs = 7000;

/** The macvlan never tells an address of its own, so that only a frame that claims none can announce it. */
const recipe = new GuestBuilder().card('e1000').vlans(10).macvlans(1).build('ovs-slb-bond');
const withoutAddress = new Set(['mv1']);

/**
 * A guest leaves a host whose Open vSwitch has an SLB bond for uplink. It takes what comes in by the bond from a MAC that
 * it knows elsewhere for a frame of its own come back, unless that is a gratuitous ARP: another guest of this host
 * loses the one that moved until the entry ages.
 */
export const ovsSlbBond: LabCase = {
  name: 'ovs-slb-bond',
  summary: 'the source host has an SLB bond: RARP leaves its entries as they were, preset ovs-slb moves them',
  needsAgents: false,
  run: async (context) => {
    const alone = await migrateOnce(context, { name: 'qemu-alone', announce: undefined });
    const faults = alone.faults.map((fault) => `not valid: QEMU alone: ${fault}`);
    if (context.qemuAloneOnly) return { alone: alone.measurement, faults };
    const rarp = await migrateOnce(context, { name: 'rarp-only', announce: 'kinds: [rarp]' });
    faults.push(...rarp.faults.map((fault) => `not valid: RARP only: ${fault}`));
    const slb = await migrateOnce(context, { name: 'nic-herald', announce: 'preset: ovs-slb' });
    faults.push(...slb.faults, ...darkStations(slb.measurement));
    const notes = [`with RARP only ${rarp.measurement.dark} dark, each entry of the source where it was`];
    return { alone: alone.measurement, herald: slb.measurement, faults, notes };
  },
};

/** Open vSwitch takes a gratuitous ARP at a port of its own for proof that the station is there, for five seconds. */
export const ovsSlbBondLocked: LabCase = {
  name: 'ovs-slb-bond-locked',
  summary:
    'the same just after a gratuitous ARP of the guest, which locks the entry: the last rounds come late enough',
  needsAgents: true,
  isVariant: true,
  run: async (context) => {
    const trial = await migrateOnce(context, {
      name: 'nic-herald',
      announce: 'preset: ovs-slb',
      locked: true,
    });
    const faults = [...trial.faults, ...darkStations(trial.measurement)];
    const { lastBackMs = 0 } = trial.measurement;
    if (lastBackMs < leastLockMs)
      faults.push(`not valid: nothing was locked, all back after ${lastBackMs} ms`);
    return { herald: trial.measurement, faults };
  },
};

async function migrateOnce(
  context: CaseContext,
  { name, announce, locked = false }: TrialOptions,
): Promise<Trial> {
  const directory = join(context.directory, name);
  const { guest, stations } = recipe;
  const taps = guest.nics.map(({ tap }) => tap);
  const rig = await LabRig.start({
    ...context,
    guest,
    directory,
    switch: (network, files) => SlbBond.start(network, files, taps),
  });
  try {
    const { source: bridge, uplink } = rig.switch as SlbBond;
    const [agents, source] = await Promise.all([
      announce && configOf(announce, directory).then((config) => startAgents(rig, config)),
      bootGuest(rig, 'A', recipe),
    ]);
    await stationsSettled(source, bridge);
    const [before, after, destination] = await Promise.all([
      watchArrivals(rig, 'A', stations),
      watchArrivals(rig, 'B', stations),
      startDestination(rig, 'B'),
    ]);
    await probeSource(rig, before);
    if (agents) {
      await handedOver(rig, 'A', stations);
      await allLearned(rig, stations);
      await armed(agents.B, stations.length);
    }
    if (locked) await source.console.run(speakOnce(stations));
    await beginMigration(rig, source, destination);
    const measurement = await measureReturns(
      after,
      await resumeOf(destination),
      locked ? lockedMs : undefined,
    );
    const faults = agents ? reportFaults(await agents.B.report(), stations) : [];
    const place = announce === 'preset: ovs-slb' ? uplink : (taps[0] ?? '');
    faults.push(...(await notAt(bridge, place)));
    if (announce !== 'preset: ovs-slb' && measurement.dark !== stations.length) {
      faults.push(`only ${measurement.dark} of ${stations.length} dark`);
    }
    return { measurement, faults };
  } finally {
    await rig.stop();
  }
}

async function configOf(announce: string, directory: string): Promise<string> {
  const file = join(directory, 'herald.yaml');
  await writeFile(file, `announce:\n  ${announce}\n`);
  return file;
}

/** Makes the guest speak on each station, never by a gratuitous ARP: that would lock the entry for five seconds. */
async function stationsSettled(guest: QemuProcess, bridge: SlbBond['source']): Promise<void> {
  const speak = recipe.stations.map(({ name, device, address, peerAddress }) =>
    withoutAddress.has(name)
      ? `arping -D -c 1 -w 1 -I ${device} ${address} >/dev/null &`
      : `arping -c 1 -w 1 -I ${device} -s ${address} ${peerAddress} >/dev/null &`,
  );
  await waitUntil('the source to learn its guest', { timeoutMs: 15_000 }, async () => {
    await guest.console.run(`${speak.join(' ')} wait`);
    return (await notAt(bridge, recipe.guest.nics[0]?.tap ?? '')).length === 0 || undefined;
  });
}

/** Stations that a bridge has elsewhere than at a port. */
async function notAt(bridge: SlbBond['source'], port: string): Promise<string[]> {
  const entries = await bridge.entries();
  const ports = new Map(entries.map((entry) => [stationKey(entry.mac, entry.vlan), entry.port]));
  return recipe.stations.map(keyOf).flatMap((key) => {
    const found = ports.get(key) ?? 'no port';
    return found === port ? [] : [`the source has ${key} at ${found}, not ${port}`];
  });
}

const keyOf = ({ mac, vlan }: Station): string => stationKey(mac, vlan);
