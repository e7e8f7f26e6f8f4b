import { join } from 'node:path';
import {
  type AgentLine,
  type AgentPair,
  allLearned,
  armed,
  handedOver,
  startAgents,
} from './agent-process.js';
import {
  beginMigration,
  claimsBetween,
  measureReturns,
  probeSource,
  resumeOf,
  startDestination,
  stillFor,
  strayClaims,
  watchArrivals,
} from './guest-move.js';
import { bootGuest, misplacedStations, settleTables } from './guest-on-host.js';
import type { GuestRecipe } from './guest-recipe.js';
import { darkStations, reportFaults, strayAnnouncements, unansweredStations } from './herald-checks.js';
import type { CaseContext, CaseResult, LabCase } from './lab-case.js';
import { LabRig } from './lab-rig.js';
import type { Measurement } from './measurement.js';
import { installPackedPlugin, type PackedPlugin } from './packed-plugin.js';
import { proofFaults, proofWhen, timeFaults } from './proof-checks.js';
import type { QemuProcess } from './qemu-process.js';

export interface StationCaseOptions {
  readonly name: string;
  readonly summary: string;
  readonly recipe: GuestRecipe;
  /** Stations that QEMU alone must leave dark, or the run proves nothing. */
  readonly darkWithQemuAlone: number;
  /** So many of them may come back by themselves: the host asks for its gateway now and then. Default 0. */
  readonly mayReturn?: number;
  /** nic-herald must have the last station back earlier than QEMU alone has. */
  readonly mustBeEarlier?: boolean;
  /** The guest must answer ARP on each station after the migration. */
  readonly mustReply?: boolean;
  /** Somebody else's plugin, which the agents load by its name. */
  readonly plugin?: PackedPlugin;
  /** The model that must have read the card. */
  readonly model?: string;
  /** The guest filters VLANs in a virtio card: a QEMU with a fault there must be named as the culprit. */
  readonly filtersVlans?: boolean;
  /** No secondary MAC may be announced on a VLAN where it does not live. */
  readonly exactPairs?: boolean;
  /** What else is done once every table has the guest's stations at the source. */
  readonly settled?: (rig: LabRig) => Promise<void>;
  /** What else is done just before the guest migrates; what it gives makes the run prove nothing. */
  readonly leaving?: (rig: LabRig, source: QemuProcess) => Promise<readonly string[]>;
  /** What else is looked at after the migration; what it gives are faults of nic-herald. */
  readonly arrived?: (rig: LabRig) => Promise<readonly string[]>;
}

interface Trial {
  readonly measurement: Measurement;
  readonly faults: readonly string[];
}

/** By then the destination says when the guest was stopped, where it says so. */
const timesWithinMs = 5000;

/** A guest migrated once with QEMU alone and once with nic-herald on both hosts, each on a fresh network. */
export function stationCase(options: StationCaseOptions): LabCase {
  const { name, summary } = options;
  return {
    name,
    summary,
    needsAgents: false,
    sinceQemu: options.recipe.sinceQemu,
    run: (context) => runStationCase(options, context),
  };
}

async function runStationCase(options: StationCaseOptions, context: CaseContext): Promise<CaseResult> {
  const { measurement: alone, faults: invalid } = await migrateOnce(options, context, false);
  const faults = invalid.map((fault) => `QEMU alone: ${fault}`);
  const { darkWithQemuAlone, mayReturn = 0 } = options;
  if (alone.dark > darkWithQemuAlone || alone.dark < darkWithQemuAlone - mayReturn) {
    faults.push(`not valid: QEMU alone left ${alone.dark} dark, not ${options.darkWithQemuAlone}`);
  }
  if (context.qemuAloneOnly) return { alone, faults };
  const { measurement: herald, faults: more } = await migrateOnce(options, context, true);
  faults.push(...darkStations(herald), ...more);
  const [aloneLast, heraldLast] = [alone.lastBackMs, herald.lastBackMs];
  if (
    options.mustBeEarlier &&
    !(aloneLast !== undefined && heraldLast !== undefined && heraldLast < aloneLast)
  ) {
    faults.push('the last station was not back earlier than with QEMU alone');
  }
  return { alone, herald, faults };
}

async function migrateOnce(
  options: StationCaseOptions,
  context: CaseContext,
  withAgents: boolean,
): Promise<Trial> {
  const { recipe } = options;
  const directory = join(context.directory, withAgents ? 'nic-herald' : 'qemu-alone');
  const rig = await LabRig.start({ ...context, guest: recipe.guest, directory });
  try {
    const [agents, source] = await Promise.all([
      withAgents ? configOf(options, directory).then((config) => startAgents(rig, config)) : undefined,
      bootGuest(rig, 'A', recipe),
    ]);
    await settleTables(rig, source, 'A', recipe.stations);
    await options.settled?.(rig);
    const [before, after, destination] = await Promise.all([
      watchArrivals(rig, 'A', recipe.stations),
      watchArrivals(rig, 'B', recipe.stations),
      startDestination(rig, 'B'),
    ]);
    await probeSource(rig, before);
    if (agents) {
      await handedOver(rig, 'A', recipe.stations);
      if (options.exactPairs) await allLearned(rig, recipe.stations);
      await armed(agents.B, recipe.stations.length);
    }
    const invalid = (await options.leaving?.(rig, source)) ?? [];
    const faults = invalid.map((each) => `not valid: ${each}`);
    const begunAtMs = Date.now();
    await beginMigration(rig, source, destination);
    const resumedAtMs = await resumeOf(destination);
    const measurement = await measureReturns(after, resumedAtMs);
    if (!agents) return { measurement, faults };
    const early = await claimsBetween(after, begunAtMs, resumedAtMs);
    faults.push(...early.map((key) => `${key} was announced before the guest ran here`));
    faults.push(...(await heraldFaults(options, rig, agents, destination, measurement)));
    if (rig.isBridged && proves(options)) {
      const proof = await proofWhen(
        agents.B,
        ({ isOpen, stop }) => !isOpen || stop !== undefined,
        timesWithinMs,
      );
      const stillMs = await stillFor(source, resumedAtMs);
      if (proof) faults.push(...timeFaults(proof, { stillMs, measurement }));
    }
    if (options.exactPairs) faults.push(...(await strayClaims(after, resumedAtMs)).map(astray));
    return { measurement, faults };
  } finally {
    await rig.stop();
  }
}

/** The herald.yaml of the agents, where they need one. */
async function configOf(options: StationCaseOptions, directory: string): Promise<string | undefined> {
  if (options.plugin) return installPackedPlugin(options.plugin, join(directory, 'plugin'));
  return proves(options) ? join(import.meta.dirname, 'agent-proves.yaml') : undefined;
}

/** Whether the agents say what is proved: this build's own, as they are by default. */
const proves = ({ plugin }: StationCaseOptions): boolean =>
  plugin === undefined &&
  process.env['HERALD_LAB_PROGRAM'] === undefined &&
  process.env['HERALD_LAB_SENDER'] === undefined;

async function heraldFaults(
  options: StationCaseOptions,
  rig: LabRig,
  agents: AgentPair,
  destination: QemuProcess,
  measurement: Measurement,
): Promise<string[]> {
  const { stations } = options.recipe;
  const report = await agents.B.report();
  const faults = reportFaults(report, stations, rig.isBridged ? {} : { byAgent: true });
  // what comes to a macvtap is not seen
  if (rig.isBridged && proves(options)) faults.push(...proofFaults(report, measurement));
  if (options.exactPairs) faults.push(...strayAnnouncements(report, stations).map(astray));
  for (const { nic, model } of report.nics) {
    if (options.model && options.model !== model)
      faults.push(`${nic} was read by ${model}, not ${options.model}`);
  }
  const known = options.filtersVlans ? await vlanFault(destination) : undefined;
  if (known) {
    const line = ({ reason, msg }: AgentLine): boolean =>
      reason === known.reason && msg?.includes(known.says) === true;
    await agents.B.line(known.reason, line, 3000).catch(() => {
      faults.push(`nothing warns of ${known.reason}, a fault of this QEMU`);
    });
  }
  if ((await agents.A.reports()).length > 0) faults.push('the source wrote a report, too');
  faults.push(...(await misplacedStations(rig, 'B', stations)));
  faults.push(...((await options.arrived?.(rig)) ?? []));
  if (options.mustReply) faults.push(...(await unansweredStations(rig, 'B', stations)));
  return faults;
}

const astray = (key: string): string => `${key} was announced, and the guest does not use that MAC there`;

/** What is wrong with the VLANs of this QEMU's virtio cards, as the agent says it: the reason, and a part of the sentence. */
async function vlanFault(
  qemu: QemuProcess,
): Promise<{ readonly reason: string; readonly says: string } | undefined> {
  const { major, minor, micro } = (
    (await qemu.qmp.execute('query-version')) as { qemu: { major: number; minor: number; micro: number } }
  ).qemu;
  if (major < 8 || (major === 8 && minor < 2))
    return { reason: 'vlan-table-lost', says: 'fixed in QEMU 8.2' };
  if (major === 10 && minor === 0 && micro >= 1 && micro <= 3)
    return { reason: 'vlan-table-full', says: 'QEMU 10.0.1 to 10.0.3' };
  return undefined;
}
