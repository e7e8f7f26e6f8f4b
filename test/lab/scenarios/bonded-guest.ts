import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { armed, handedOver, startAgents } from '../agent-process.js';
import { type AnsweredRequests, answeredRequests, unansweredRequests } from '../answered-requests.js';
import { captureAtPeer } from '../capture-at-peer.js';
import { beginMigration, resumeOf, startDestination } from '../guest-move.js';
import { bootGuest } from '../guest-on-host.js';
import { type Card, GuestBuilder, speakOnce } from '../guest-recipe.js';
import { seenWithAddresses } from '../handed-over.js';
import type { CaseContext, LabCase } from '../lab-case.js';
import { LabRig } from '../lab-rig.js';
import { bridgePorts } from '../namespaces.js';
import type { QemuProcess } from '../qemu-process.js';
import type { Station } from '../station.js';
import { secondBridge, withSecondBridge } from '../two-bridges.js';
import { waitUntil } from '../wait-until.js';

/** When the rounds are over, QEMU's own ones too: 800 ms after RESUME, one later round, and what a busy machine takes. */
const roundsOverMs = 2000;
/** From the fail-over to the migration. */
const failedOverMs = 1500;
const requests = { count: 20, everyMs: 100 };

interface BondOptions {
  readonly name: string;
  readonly card: Card;
  /** The bond's two lines have a bridge each on the host; else they share one. */
  readonly bridgePerCard?: boolean;
  /** The guest changes to its second line just before it migrates. */
  readonly failsOver?: boolean;
  /** How many requests are answered with QEMU alone, or the run proves nothing. */
  readonly answeredWithQemuAlone: number;
}

interface Trial {
  readonly requests: AnsweredRequests;
  readonly faults: readonly string[];
}

/**
 * A guest with two cards in an active-backup bond, which both hold its MAC. Only one line takes frames: a switch that
 * was told of the other loses all that is sent to the guest, which is quiet and does not mend it.
 */
function bondedGuest(options: BondOptions): LabCase {
  const { name, failsOver = false, bridgePerCard = false, answeredWithQemuAlone: expected } = options;
  const where = bridgePerCard ? 'a bridge per card' : 'both cards in one bridge';
  return {
    name,
    summary: `an active-backup bond, ${where}${failsOver ? ', after a fail-over' : ''}: announced at its active line`,
    needsAgents: false,
    run: async (context) => {
      const alone = await migrateOnce(options, context, false);
      const faults = [...alone.faults];
      if (alone.requests.answered !== expected) {
        faults.push(`not valid: with QEMU alone ${alone.requests.answered} answered, not ${expected}`);
      }
      const notes = [told('QEMU alone', alone.requests)];
      if (context.qemuAloneOnly) return { faults, notes };
      const herald = await migrateOnce(options, context, true);
      faults.push(...herald.faults, ...unansweredRequests(herald.requests));
      return { faults, notes: [...notes, told('nic-herald', herald.requests)] };
    },
  };
}

export const bondedGuestCases: readonly LabCase[] = [
  bondedGuest({ name: 'bond', card: 'virtio', answeredWithQemuAlone: 20 }),
  bondedGuest({ name: 'bond-failed-over', card: 'virtio', failsOver: true, answeredWithQemuAlone: 0 }),
  bondedGuest({
    name: 'bond-bridge-per-card',
    card: 'virtio',
    bridgePerCard: true,
    answeredWithQemuAlone: 20,
  }),
  bondedGuest({
    name: 'bond-bridge-per-card-failed-over',
    card: 'virtio',
    bridgePerCard: true,
    failsOver: true,
    answeredWithQemuAlone: 0,
  }),
  bondedGuest({
    name: 'bond-failed-over-guest-announce',
    card: 'virtio-announcing',
    failsOver: true,
    answeredWithQemuAlone: 20,
  }),
];

async function migrateOnce(options: BondOptions, context: CaseContext, withAgents: boolean): Promise<Trial> {
  const { name, card, failsOver, bridgePerCard } = options;
  const recipe = new GuestBuilder().bond(card).build(name);
  const [bond] = recipe.stations as readonly [Station];
  const directory = join(context.directory, withAgents ? 'nic-herald' : 'qemu-alone');
  const lines = linesOf(bridgePerCard ?? false);
  const rig = await LabRig.start({
    ...context,
    guest: recipe.guest,
    directory,
    ...(bridgePerCard ? { switch: withSecondBridge('same') } : {}),
  });
  try {
    const [agents, source, peer] = await Promise.all([
      withAgents ? startAgents(rig) : undefined,
      bootGuest(rig, 'A', recipe),
      captureAtPeer(rig),
    ]);
    await activeAt(rig, source, bond, lines.eth0);
    const destination = await startDestination(rig, 'B');
    if (agents) {
      await handedOver(rig, 'A', recipe.stations);
      await seenWithAddresses(rig, 'A', recipe.stations);
      await armed(agents.B, recipe.stations.length);
    }
    const active = failsOver ? lines.eth1 : lines.eth0;
    if (failsOver) {
      await source.console.run('ip link set bond0 type bond active_slave eth1');
      await activeAt(rig, source, bond, active);
      await sleep(failedOverMs);
    }
    // What is not answered now was lost before the migration.
    const before = await answeredRequests(rig, peer, bond, { count: 3, everyMs: 100 });
    const faults = unansweredRequests(before, 'not valid: at the source ');

    await beginMigration(rig, source, destination);
    const resumedAtMs = await resumeOf(destination);
    await sleep(Math.max(0, resumedAtMs + roundsOverMs - Date.now()));
    const answers = await answeredRequests(rig, peer, bond, requests);
    if (agents) {
      const report = await agents.B.report();
      if (report.outcome !== 'announced') faults.push(`the report says ${report.outcome}, not announced`);
      faults.push(...wrongLines(report, bond, active));
      faults.push(...(await misplaced(rig, 'B', bond, active)));
    }
    return { requests: answers, faults };
  } finally {
    await rig.stop();
  }
}

/** Where a line of the bond comes out: the host's bridge and its port, and the end of that bridge's uplink at the switch. */
interface Line {
  readonly nic: string;
  readonly bridge: string;
  readonly tap: string;
  readonly switchSuffix: string;
}

function linesOf(bridgePerCard: boolean): { readonly eth0: Line; readonly eth1: Line } {
  const first = { bridge: 'br0', switchSuffix: '' };
  const second = bridgePerCard ? { bridge: secondBridge, switchSuffix: '1' } : first;
  return { eth0: { nic: 'nic0', ...first, tap: 'tap0' }, eth1: { nic: 'nic1', ...second, tap: 'tap1' } };
}

/** Lets the bond speak until bridge and switch have it at its active line. */
async function activeAt(rig: LabRig, guest: QemuProcess, bond: Station, line: Line): Promise<void> {
  await waitUntil(`the bond to be known at ${line.tap}`, { timeoutMs: 10_000 }, async () => {
    if ((await misplaced(rig, 'A', bond, line)).length === 0) return true;
    await guest.console.run(speakOnce([bond]));
    return undefined;
  });
}

async function misplaced(rig: LabRig, host: 'A' | 'B', { mac }: Station, line: Line): Promise<string[]> {
  const atBridge = (await bridgePorts(rig.network.hosts[host], line.bridge)).get(mac);
  const atSwitch = (await rig.switch.entries()).find((entry) => entry.mac === mac)?.port;
  const expected = `sw${host}${line.switchSuffix}`;
  return [
    ...(atBridge === line.tap ? [] : [`${line.bridge} of ${host} has the bond at ${atBridge ?? 'no port'}`]),
    ...(atSwitch === expected ? [] : [`switch has the bond at ${atSwitch ?? 'no port'}, not ${expected}`]),
  ];
}

/** An order of frames that came out well by chance proves nothing: the MAC is announced at the active line alone. */
function wrongLines({ nics }: MigrationReport, { mac }: Station, active: Line): string[] {
  const at = nics
    .filter(({ announced, added }) => [...announced, ...added].some(({ station }) => station.mac === mac))
    .map(({ nic }) => nic);
  return at.join() === active.nic
    ? []
    : [`${mac} was announced at ${at.join(' and ') || 'no NIC'}, not at ${active.nic}`];
}

const told = (who: string, { asked, answered }: AnsweredRequests): string =>
  `${who}: ${answered} of ${asked} requests answered`;
