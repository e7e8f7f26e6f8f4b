import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AddressTruth,
  claimFaults,
  expectedAddresses,
  type HeardClaim,
  keyOf,
  unheardAddresses,
} from './address-checks.js';
import { addressClaimOf, claimKey } from './address-claim.js';
import { addressesSettled, askNeighbours, type OwnAddress } from './addressed-guest.js';
import { armed, startAgents } from './agent-process.js';
import { captureAtPeer } from './capture-at-peer.js';
import { dissectedFrames } from './dissected-frames.js';
import { beginMigration, resumeOf, startDestination } from './guest-move.js';
import { bootGuest, settleTables } from './guest-on-host.js';
import { learnedHandedOver } from './handed-over.js';
import { reportFaults } from './herald-checks.js';
import type { CaseContext, CaseResult, LabCase } from './lab-case.js';
import { LabFault } from './lab-fault.js';
import { LabRig } from './lab-rig.js';
import type { QemuProcess } from './qemu-process.js';
import { captureDelayMs } from './tap-receiver.js';
import { waitUntil } from './wait-until.js';

/** When the last of the five rounds is over: 800 ms after RESUME, and what a busy machine takes. */
const roundsOverMs = 1500;
/** A port is read every 10 s. */
const handOverMs = 15_000;

export interface AddressCaseOptions extends AddressTruth {
  readonly name: string;
  readonly summary: string;
  /** Whether QEMU alone is measured, too. */
  readonly alone: boolean;
  /** What else happens at the source before the migration; what it gives are faults of the lab itself. */
  readonly before?: (rig: LabRig, source: QemuProcess) => Promise<readonly string[]>;
}

/** What the peer saw of one migration. */
interface Trial {
  readonly claims: readonly HeardClaim[];
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** A guest with addresses, migrated: each is claimed at its own station, and nobody's besides. */
export function addressCase(options: AddressCaseOptions): LabCase {
  const { name, summary, alone } = options;
  return {
    name,
    summary,
    needsAgents: !alone,
    sinceQemu: options.guest.recipe.sinceQemu,
    run: (context) => runAddressCase(options, context),
  };
}

async function runAddressCase(options: AddressCaseOptions, context: CaseContext): Promise<CaseResult> {
  const faults: string[] = [];
  if (options.alone) {
    const { claims } = await migrateOnce(options, context, false);
    faults.push(...claims.map((each) => `not valid: with QEMU alone ${claimKey(each)} was announced`));
    if (context.qemuAloneOnly) return { faults };
  }
  const { claims, faults: more, notes } = await migrateOnce(options, context, true);
  faults.push(...unheardAddresses(options, claims), ...more);
  const own = expectedAddresses(options);
  const lastMs = Math.max(...own.map((each) => firstOf(claims, each)));
  return {
    faults,
    notes: [`of ${own.length} addresses the last was heard ${lastMs.toFixed(1)} ms after RESUME`, ...notes],
  };
}

async function migrateOnce(
  options: AddressCaseOptions,
  context: CaseContext,
  withAgents: boolean,
): Promise<Trial> {
  const { recipe } = options.guest;
  const own = expectedAddresses(options);
  const directory = join(context.directory, withAgents ? 'nic-herald' : 'qemu-alone');
  const rig = await LabRig.start({ ...context, guest: recipe.guest, directory });
  try {
    const [agents, source, peer] = await Promise.all([
      withAgents ? configOf(options, directory).then((config) => startAgents(rig, config)) : undefined,
      bootGuest(rig, 'A', recipe),
      captureAtPeer(rig),
    ]);
    await addressesSettled(source);
    await settleTables(rig, source, 'A', recipe.stations);
    await source.console.run(askNeighbours(recipe.stations));
    const faults = [...((await options.before?.(rig, source)) ?? [])];
    const destination = await startDestination(rig, 'B');
    if (agents) {
      await addressesHandedOver(rig, own);
      await armed(agents.B, recipe.stations.length + own.length);
    }
    const begunAtMs = Date.now();
    await beginMigration(rig, source, destination);
    const resumedAtMs = await resumeOf(destination);
    await sleep(Math.max(0, resumedAtMs + roundsOverMs + captureDelayMs - Date.now()));
    const claims = (await peer.frames())
      .filter(({ atMs }) => atMs > begunAtMs)
      .flatMap(({ atMs, bytes }) => {
        const claim = addressClaimOf(bytes);
        return claim === undefined ? [] : [{ ...claim, afterMs: atMs - resumedAtMs }];
      });
    if (!agents) return { claims, faults: [], notes: [] };

    const report = await agents.B.report();
    faults.push(...reportFaults(report, recipe.stations), ...claimFaults(options, claims));
    const macs = [...new Set(recipe.stations.map(({ mac }) => mac))].join(', ');
    const frames = await dissectedFrames(
      peer.file,
      `frame.time_epoch > ${resumedAtMs / 1000} && eth.src in {${macs}} && ` +
        '(arp.opcode == 3 || arp.isgratuitous == 1 || (icmpv6.type == 136 && ipv6.dst == ff02::1))',
    );
    const wrong = frames.flatMap(({ number, info, faults }) =>
      faults.map((fault) => `frame ${number} of ${peer.file} (${info}): ${fault}`),
    );
    return {
      claims,
      faults: [...faults, ...wrong],
      notes: [`tshark read ${frames.length} announcements, ${wrong.length} faults`],
    };
  } finally {
    await rig.stop();
  }
}

/** The herald.yaml of the agents, where they need one. */
async function configOf({ policy }: AddressCaseOptions, directory: string): Promise<string | undefined> {
  if (policy === undefined) return undefined;
  const file = join(directory, 'herald.yaml');
  await writeFile(file, policy.yaml);
  return file;
}

/** Waits until what the source hands over has every one of these addresses at its station. */
async function addressesHandedOver(rig: LabRig, own: readonly OwnAddress[]): Promise<void> {
  let missing = own;
  await waitUntil('the hand-off', { timeoutMs: handOverMs, everyMs: 100 }, async () => {
    const learned = await learnedHandedOver(rig, 'A');
    const known = new Set(
      learned.flatMap(({ station, addresses = [] }) =>
        addresses.map(({ address }) => claimKey({ ...station, address })),
      ),
    );
    missing = own.filter((each) => !known.has(keyOf(each)));
    return missing.length === 0 || undefined;
  }).catch(() => {
    throw new LabFault(`the hand-off never had that ${missing.map(keyOf).join(', ')}`);
  });
}

const firstOf = (claims: Trial['claims'], own: OwnAddress): number =>
  claims.find((each) => claimKey(each) === keyOf(own))?.afterMs ?? Number.NaN;
