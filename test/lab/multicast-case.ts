import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { multicastOf } from '@nic-herald/core/internal';
import { IpAddress } from '@nic-herald/wire';
import { type AgentPair, allLearned, armed, handedOver, startAgents } from './agent-process.js';
import { beginMigration, resumeOf, startDestination } from './guest-move.js';
import { bootGuest, settleTables } from './guest-on-host.js';
import type { GuestRecipe } from './guest-recipe.js';
import { darkStations, reportFaults } from './herald-checks.js';
import type { CaseContext, CaseResult, LabCase } from './lab-case.js';
import { LabFault } from './lab-fault.js';
import { LabRig } from './lab-rig.js';
import type { SwitchStarter } from './lan-switch.js';
import { darkAfterMs, firstOfEachFlow, type Measurement, returnsOf } from './measurement.js';
import { flowOfStream, membershipOf } from './multicast-frame.js';
import { joinLine, type MulticastStream } from './multicast-stream.js';
import { unreceivedStreams } from './received-streams.js';
import { captureDelayMs, type TapReceiver } from './tap-receiver.js';
import { waitUntil } from './wait-until.js';

/** How often each group is sent to. */
const streamEveryMs = 4;
/** A guest says what it joined again for about two seconds; after this silence it has said all. */
const reportsOverMs = 2500;

export interface MulticastCaseOptions {
  readonly name: string;
  readonly summary: string;
  readonly recipe: GuestRecipe;
  readonly streams: readonly MulticastStream[];
  /** A switch that snoops. */
  readonly switch: SwitchStarter;
}

interface Trial {
  readonly measurement: Measurement;
  readonly faults: readonly string[];
}

/** A guest with joined groups migrated behind a snooping switch, with QEMU alone and with nic-herald. */
export function multicastCase(options: MulticastCaseOptions): LabCase {
  const { name, summary } = options;
  return { name, summary, needsAgents: false, run: (context) => runMulticastCase(options, context) };
}

async function runMulticastCase(options: MulticastCaseOptions, context: CaseContext): Promise<CaseResult> {
  const alone = (await migrateOnce(options, context, false)).measurement;
  const faults = alone.returns.flatMap(({ station, afterMs }) =>
    afterMs === undefined ? [] : [`not valid: with QEMU alone ${station.name} came after ${afterMs} ms`],
  );
  if (context.qemuAloneOnly) return { alone, faults };
  const { measurement: herald, faults: more } = await migrateOnce(options, context, true);
  return { alone, herald, faults: [...faults, ...darkStations(herald), ...more] };
}

async function migrateOnce(
  options: MulticastCaseOptions,
  context: CaseContext,
  withAgents: boolean,
): Promise<Trial> {
  const { recipe, streams } = options;
  const directory = join(context.directory, withAgents ? 'nic-herald' : 'qemu-alone');
  const rig = await LabRig.start({ ...context, guest: recipe.guest, directory, switch: options.switch });
  try {
    const [agents, source] = await Promise.all([
      withAgents ? startAgents(rig) : undefined,
      bootGuest(rig, 'A', recipe),
    ]);
    await settleTables(rig, source, 'A', recipe.stations);
    const reports = await rig.capture('A', 'up0', 'out');
    await source.console.run(streams.map(joinLine).join(' && '));
    await Promise.all([groupsSettled(rig, streams), reportsOver(reports)]);
    const [before, tap, uplink, destination] = await Promise.all([
      tapOf(rig, 'A'),
      tapOf(rig, 'B'),
      rig.capture('B', 'up0', 'out'),
      startDestination(rig, 'B'),
    ]);
    await streamsReach(rig, before, streams);
    if (agents) {
      await handedOver(rig, 'A', recipe.stations);
      await allLearned(rig, recipe.stations);
      await armed(agents.B, recipe.stations.length);
    }
    await beginMigration(rig, source, destination);
    const resumedAtMs = await resumeOf(destination);
    const measurement = await measureStreams(tap, streams, resumedAtMs);
    if (!agents) return { measurement, faults: [] };
    const faults = await heraldFaults(options, agents, uplink, resumedAtMs);
    faults.push(...(await unreceivedStreams(rig, destination, streams)));
    return { measurement, faults };
  } finally {
    await rig.stop();
  }
}

function tapOf(rig: LabRig, host: 'A' | 'B'): Promise<TapReceiver> {
  return rig.capture(host, rig.taps[0] ?? '', 'out');
}

/** Waits until the switch has a listener of each group at the source. */
async function groupsSettled(rig: LabRig, streams: readonly MulticastStream[]): Promise<void> {
  await rig.switch.startQuerier();
  let missing = streams;
  await waitUntil('the switch to snoop every group', { timeoutMs: 15_000, everyMs: 200 }, async () => {
    const entries = (await rig.switch.groups()).filter(({ port }) => port === 'swA');
    missing = streams.filter(
      ({ group, vlan = 0 }) =>
        !entries.some((each) => each.group === group && (each.vlan === undefined || each.vlan === vlan)),
    );
    return missing.length === 0 || undefined;
  }).catch(() => {
    throw new LabFault(`the switch has no listener of ${missing.map(({ name }) => name).join(', ')}`);
  });
}

async function reportsOver(uplink: TapReceiver): Promise<void> {
  const sinceMs = Date.now();
  await waitUntil('the guest to have said its groups', { timeoutMs: 30_000, everyMs: 200 }, async () => {
    const reports = (await uplink.frames()).filter(({ bytes }) => membershipOf(bytes)?.kind === 'report');
    const lastAtMs = Math.max(sinceMs, ...reports.map(({ atMs }) => atMs));
    return Date.now() - lastAtMs > reportsOverMs || undefined;
  });
}

async function streamsReach(
  rig: LabRig,
  tap: TapReceiver,
  streams: readonly MulticastStream[],
): Promise<void> {
  const sinceMs = Date.now();
  rig.prober.stream(streams, streamEveryMs);
  await waitUntil('every stream at the source', { timeoutMs: 6000, everyMs: 200 }, async () => {
    const first = firstOfEachFlow(await tap.frames(), sinceMs, (bytes) => flowOfStream(bytes, streams));
    return first.size === streams.length || undefined;
  });
}

async function measureStreams(
  tap: TapReceiver,
  streams: readonly MulticastStream[],
  resumedAtMs: number,
): Promise<Measurement> {
  const lastLookAtMs = resumedAtMs + darkAfterMs + captureDelayMs;
  for (;;) {
    const isLast = Date.now() >= lastLookAtMs;
    const first = firstOfEachFlow(await tap.frames(), resumedAtMs, (bytes) => flowOfStream(bytes, streams));
    const measurement = returnsOf(streams, first, resumedAtMs);
    if (measurement.dark === 0 || isLast) return measurement;
    await sleep(200);
  }
}

/** The report, and what left the destination: the guest's own reports, but never a query. */
async function heraldFaults(
  { recipe, streams }: MulticastCaseOptions,
  agents: AgentPair,
  uplink: TapReceiver,
  resumedAtMs: number,
): Promise<string[]> {
  const report = await agents.B.report();
  const faults = [...reportFaults(report, recipe.stations), ...uncountedStreams(report, streams)];
  await sleep(captureDelayMs);
  const frames = (await uplink.frames()).flatMap(({ atMs, bytes }) => {
    const membership = membershipOf(bytes);
    return membership ? [{ ...membership, atMs }] : [];
  });
  for (const { family, vlan } of frames.filter(({ kind }) => kind === 'query')) {
    faults.push(`a query left by the destination's uplink: ${family}, vlan ${vlan}`);
  }
  const later = frames.filter(({ kind, atMs }) => kind === 'report' && atMs > resumedAtMs);
  for (const { name, group, vlan = 0 } of streams) {
    const family = IpAddress.family(group);
    const isThere = later.some((each) => each.family === family && each.vlan === vlan);
    if (!isThere) faults.push(`no report of the guest for ${name} left by the destination's uplink`);
  }
  return faults;
}

/** The migration report must have counted what the guest answered for each stream. */
function uncountedStreams(report: MigrationReport, streams: readonly MulticastStream[]): string[] {
  const counts = [...multicastOf(report).values()].flatMap(({ reports }) => reports ?? []);
  const uncounted = streams.filter(({ group, vlan = 0 }) => {
    const kind = IpAddress.isIpv6(group) ? 'mld' : 'igmp';
    return !counts.some((count) => (count.vlan ?? 0) === vlan && count[kind] > 0);
  });
  return uncounted.map(({ name }) => `the report counts no answer for ${name}`);
}
