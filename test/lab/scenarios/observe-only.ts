import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { decodeEthernet, decodePcap, isDecodeError, MacAddress } from '@nic-herald/wire';
import { agentProgram, armed, handedOver } from '../agent-process.js';
import {
  type ArrivalWatch,
  beginMigration,
  measureReturns,
  resumeOf,
  startDestination,
} from '../guest-move.js';
import { type ReadyGuest, withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { announcedStations } from '../herald-checks.js';
import type { CaseContext, CaseResult, LabCase } from '../lab-case.js';
import { inNamespace } from '../namespaces.js';
import { proofFaults } from '../proof-checks.js';
import { type Station, stationKey } from '../station.js';
import { stationCase } from '../station-case.js';
import { captureDelayMs } from '../tap-receiver.js';

const summary =
  'agents with `mode: observe`: as QEMU alone, no frame of nic-herald, and a report that names all';
const recipe = new GuestBuilder().card('virtio').macvlans(8).build('observe-only');
const dark = 8;
const herald = 'mode: observe\nproof: {}\n';

/** nic-herald tried without sending anything: what it changes is nothing, what it reports is all. */
export const observeOnly: LabCase = { name: 'observe-only', summary, needsAgents: true, run };

async function run(context: CaseContext): Promise<CaseResult> {
  const qemuAlone = stationCase({ name: 'observe-only', summary, recipe, darkWithQemuAlone: dark });
  const { alone, faults: invalid } = await qemuAlone.run({ ...context, qemuAloneOnly: true });
  const spokenAlone = tally(spokenIn(await pcapFrames(join(context.directory, 'qemu-alone/B-up0-out.pcap'))));
  const observed = { ...context, directory: join(context.directory, 'observed') };
  const { measurement, faults, spoken } = await withReadyGuest(observed, recipe, observeOnce, { herald });
  if (measurement.dark !== alone?.dark) {
    faults.push(`${measurement.dark} stations were dark, and ${alone?.dark} with QEMU alone`);
  }
  if (tally(spoken) !== spokenAlone) {
    faults.push(`by the uplink left ${tally(spoken)}; with QEMU alone ${spokenAlone}`);
  }
  const notes = [
    `QEMU alone left ${alone?.dark} dark, observed it left ${measurement.dark} dark`,
    `by the destination's uplink left, of the guest's stations: QEMU alone ${spokenAlone}; observed ${tally(spoken)}`,
  ];
  return {
    ...(alone === undefined ? {} : { alone }),
    herald: measurement,
    faults: [...invalid, ...faults],
    notes,
  };
}

async function observeOnce({ rig, agents, source, watches }: ReadyGuest) {
  const { stations } = recipe;
  const faults: string[] = [];
  const destination = await startDestination(rig, 'B');
  await handedOver(rig, 'A', stations);
  await armed(agents.B, stations.length);
  await beginMigration(rig, source, destination);
  const measurement = await measureReturns(watches.B, await resumeOf(destination));
  const report = await agents.B.report();
  faults.push(...reportFaults(report, stations), ...proofFaults(report, measurement));
  const over = 'announcement over: observed';
  await agents.B.line(over, ({ msg }) => msg === over, 3000).catch(() => faults.push(`no line \`${over}\``));
  if (!agents.B.lines.some(({ msg, mode }) => msg === 'ready' && mode === 'observe')) {
    faults.push('the line `ready` does not say mode observe');
  }
  if ((await agents.A.reports()).length > 0) faults.push('the source wrote a report, too');

  const control = join(rig.sockets, 'B.control-agent');
  const announce = `"${process.execPath}" "${agentProgram(process.env)}" announce --control ${control}`;
  const said = await inNamespace(rig.network.hosts.B, ['sh', '-c', `${announce}; echo "exit $?"`]);
  if (!/nothing was sent(?:.|\n)*exit 1\n$/.test(said)) faults.push(`\`nic-herald announce\` said: ${said}`);
  await sleep(captureDelayMs);
  const delivered = (await Promise.all(watches.B.taps.map((tap) => tap.frames()))).flat();
  const queries = delivered.filter(({ bytes }) => sourceOf(bytes) === querier);
  if (queries.length > 0) faults.push(`${queries.length} queries were delivered to the guest`);
  return { measurement, faults, spoken: spokenIn(await uplinkFrames(watches.B)) };
}

/** What asks guests for their groups, see `query-frames.ts`. */
const querier = MacAddress.of('02:6e:68:00:00:01');

function reportFaults(report: MigrationReport, stations: readonly Station[]): string[] {
  const { outcome, mode, cause, rounds, warnings } = report;
  const faults: string[] = [];
  if (outcome !== 'observed' || mode !== 'observe') faults.push(`the report says ${outcome}, mode ${mode}`);
  if (cause !== 'migration') faults.push(`the report's cause is ${cause}, not migration`);
  if (rounds.length !== 5 || !rounds.every(({ frames, accepted }) => frames > 0 && accepted === 0)) {
    faults.push(`the report's rounds are ${JSON.stringify(rounds)}`);
  }
  for (const { code, message } of warnings) faults.push(`the report warns: ${message} (${code})`);
  const keys = announcedStations(report);
  const missing = stations.map(({ mac, vlan }) => stationKey(mac, vlan)).filter((key) => !keys.has(key));
  return [...faults, ...missing.map((key) => `the report does not name ${key}`)];
}

const uplinkFrames = async ({ uplink }: ArrivalWatch): Promise<readonly Uint8Array[]> =>
  (await uplink.frames()).map(({ bytes }) => bytes);

async function pcapFrames(file: string): Promise<readonly Uint8Array[]> {
  const capture = decodePcap(await readFile(file));
  return isDecodeError(capture) ? [] : capture.records.map(({ frame }) => frame);
}

/** Frames that claim to come from the guest, or from nic-herald itself: `8035 52:54:00:00:00:01`, with their EtherType. */
function spokenIn(frames: readonly Uint8Array[]): readonly string[] {
  const own = new Set<string>([...recipe.stations.map(({ mac }) => mac), querier]);
  return frames.flatMap((bytes) => {
    const frame = decodeEthernet(bytes);
    if (isDecodeError(frame) || !own.has(frame.source)) return [];
    return [`${frame.etherType.toString(16)} ${frame.source}`];
  });
}

function sourceOf(bytes: Uint8Array): string | undefined {
  const frame = decodeEthernet(bytes);
  return isDecodeError(frame) ? undefined : frame.source;
}

/** `5 x 8035 52:54:00:00:00:01`. */
function tally(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} x ${name}`).join(', ') || 'nothing';
}
