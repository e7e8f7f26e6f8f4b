import type { AgentLauncher } from './agent-process.js';
import type { GuestImage } from './guest-image.js';
import { bootGuest, migrateGuest, migrationUri, misplacedStations, probesArrive, settleTables } from './guest-run.js';
import { LabRig } from './lab-rig.js';
import { darkAfterMs, firstArrivals, type Measurement, measure } from './measurement.js';
import { isArpReply, readFrame } from './probe-frame.js';
import type { Scenario } from './scenario.js';
import { type Station, stationKey } from './station.js';
import type { TapReceiver } from './tap-receiver.js';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often every station is probed. */
const probeEveryMs = 4;

export interface TrialOptions {
  readonly image: GuestImage;
  readonly scenario: Scenario;
  readonly directory: string;
  /** Starts nic-herald on both hosts; QEMU alone when absent. */
  readonly agents?: AgentLauncher;
}

export interface Trial {
  readonly measurement: Measurement;
  /** What is wrong besides dark stations: tables, replies, reports. */
  readonly faults: readonly string[];
}

/** Migrates the scenario's guest once from A to B and measures when each of its stations is back. */
export async function runTrial(options: TrialOptions): Promise<Trial> {
  const { scenario, image, directory, agents } = options;
  const { recipe } = scenario;
  const { stations } = recipe;
  const rig = await LabRig.start({ image, guest: recipe.guest, directory });
  try {
    await agents?.start(rig, 'A');
    await agents?.start(rig, 'B');
    const source = await bootGuest(rig, 'A', recipe);
    await settleTables(rig, source, 'A', stations);
    const sourceTap = await rig.capture('A', 'tap0', 'out');
    const tap = await rig.capture('B', 'tap0', 'out');
    const fromGuest = await rig.capture('B', 'tap0', 'in');
    const destination = await rig.startQemu('B', { incoming: migrationUri(rig, { name: 'B' }) });
    rig.prober.probe(stations, probeEveryMs);
    await probesArrive('the source', stations, async () => firstArrivals(stations, await sourceTap.frames(), 0));
    await agents?.settled(rig);

    const { resumedAtMs } = await migrateGuest(rig, source, destination);
    const measurement = await watchReturns(stations, tap, resumedAtMs);
    const faults = agents ? await agents.faultsAfterMigration(rig) : [];
    if (agents) faults.push(...(await misplacedStations(rig, 'B', stations)));
    if (agents && scenario.mustReply) faults.push(...(await unansweredStations(rig, stations, fromGuest)));
    return { measurement, faults };
  } finally {
    await rig.stop();
  }
}

/** Reads the destination's capture until every station is back or would count as dark. */
async function watchReturns(
  stations: readonly Station[],
  tap: TapReceiver,
  resumedAtMs: number,
): Promise<Measurement> {
  // tcpdump hands over what it holds once a second.
  const lastLookAtMs = resumedAtMs + darkAfterMs + 1200;
  for (;;) {
    const isLast = Date.now() >= lastLookAtMs;
    const measurement = measure(stations, await tap.frames(), resumedAtMs);
    if (measurement.dark === 0 || isLast) return measurement;
    await sleep(200);
  }
}

/** Stations whose own ARP reply, tag included, never left the guest. */
async function unansweredStations(
  rig: LabRig,
  stations: readonly Station[],
  fromGuest: TapReceiver,
): Promise<string[]> {
  let silent = stations;
  for (let attempt = 0; attempt < 4 && silent.length > 0; attempt++) {
    rig.prober.askAddresses(silent);
    await sleep(1300);
    const replies = new Set<string>();
    for (const { bytes } of await fromGuest.frames()) {
      const frame = readFrame(bytes);
      if (frame && isArpReply(bytes, frame)) replies.add(stationKey({ mac: frame.source, vlan: frame.vlan }));
    }
    silent = silent.filter((station) => !replies.has(stationKey(station)));
  }
  return silent.map((station) => `the guest does not answer ARP at ${station.name} (${stationKey(station)})`);
}
