import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { proofOf } from '@nic-herald/core/internal';
import { decodeEthernet, isDecodeError, MacAddress, rarpSeal } from '@nic-herald/wire';
import { type AgentProcess, armed, handedOver } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { type ReadyGuest, withReadyGuest } from '../guest-ready.js';
import { GuestBuilder, speakOnce } from '../guest-recipe.js';
import type { CaseResult, LabCase } from '../lab-case.js';
import type { LabRig } from '../lab-rig.js';
import { type Measurement, worstOf } from '../measurement.js';
import type { HostName } from '../namespaces.js';
import { proofFaults } from '../proof-checks.js';
import type { QemuProcess } from '../qemu-process.js';
import { captureDelayMs, TapReceiver } from '../tap-receiver.js';
import { waitUntil } from '../wait-until.js';

const moves = 20;
/** The window of the proof: what the lab calls dark came in it, or not at all. */
const windowMs = 4000;
/** QEMU announces its guest five times, by then. */
const qemuFrames = 5;
const qemuAnnouncedAfterMs = 2000;
/** What asks guests for their groups, see `query-frames.ts`. */
const querier = MacAddress.of('02:6e:68:00:00:01');
const rarp = 0x8035;

const recipe = new GuestBuilder().card('e1000').vlans(10, 20, 300).build('proof-observe-twenty');
const herald = `mode: observe\nproof:\n  window: ${windowMs / 1000}\n`;

/** What the proof says of many moves of which nic-herald sends nothing. */
export const proofObserveTwenty: LabCase = {
  name: 'proof-observe-twenty',
  summary: `${moves} moves there and back, observed: each report names the stations that the lab found dark, and no frame leaves`,
  needsAgents: true,
  run: (context) => withReadyGuest(context, recipe, moveOften, { herald }),
};

async function moveOften({ rig, agents, source }: ReadyGuest): Promise<CaseResult> {
  const { stations } = recipe;
  const faults: string[] = [];
  const measured: Measurement[] = [];
  let frames = 0;
  let running = source;
  await handedOver(rig, 'A', stations);
  for (let move = 1; move <= moves; move++) {
    const [from, to] = move % 2 === 1 ? (['A', 'B'] as const) : (['B', 'A'] as const);
    const moved = await moveOnce(rig, agents[to], { running, from, to, move });
    measured.push(moved.measurement);
    faults.push(...moved.faults.map((fault) => `move ${move}, ${from} to ${to}: ${fault}`));
    frames += moved.frames;
    running = moved.running;
    // Of these the switch knows the way to here. The digits of the number choose them: what is dark at the next move is never quite the same.
    const spoken = stations.filter((_, index) => Math.floor(move / 2 ** index) % 2 === 1);
    if (spoken.length > 0) await running.console.run(speakOnce(spoken));
  }
  const all = measured.length * stations.length;
  const dark = measured.reduce((sum, each) => sum + each.dark, 0);
  if (dark === 0 || dark === all) faults.push(`${dark} of ${all} were dark: that proves nothing`);
  const notes = [
    `dark at each move: ${measured.map((each) => each.dark).join(' ')}, of ${stations.length}: ${all - dark} came back, ${dark} did not`,
    `by the taps left ${frames} RARPs of QEMU's own`,
  ];
  return { herald: measured.reduce(worstOf), faults, notes };
}

interface Move {
  readonly running: QemuProcess;
  readonly from: HostName;
  readonly to: HostName;
  readonly move: number;
}

async function moveOnce(rig: LabRig, agent: AgentProcess, { running, from, to, move }: Move) {
  const { stations } = recipe;
  const before = new Set((await agent.reports()).map(({ id }) => id));
  const since = agent.lines.length;
  const destination = await startDestination(rig, to, { suffix: String(move) });
  await armed(agent, stations.length, since);
  const watch = await captureOf(rig, move, from, to);
  await beginMigration(rig, running, destination);
  const resumedAtMs = await resumeOf(destination);
  const measurement = await measureReturns(
    { host: to, stations, taps: [watch.delivered], uplink: watch.uplink },
    resumedAtMs,
    windowMs,
  );
  const report = await judgedReport(agent, before);
  await sleep(Math.max(0, resumedAtMs + qemuAnnouncedAfterMs + captureDelayMs - Date.now()));
  for (const receiver of Object.values(watch)) await receiver.stop();
  await running.stop();

  const faults = [...proofFaults(report, measurement)];
  if (report.outcome !== 'observed') faults.push(`the report says ${report.outcome}`);
  const spoken = {
    tap: await spokenAt(watch.sent),
    'uplink of the destination': await spokenAt(watch.uplink),
    'uplink of the source': await spokenAt(watch.left),
    guest: await spokenAt(watch.delivered),
  };
  for (const [where, { qemu, others }] of Object.entries(spoken)) {
    if (others.length > 0) faults.push(`at the ${where} there are ${others.length} frames: ${others[0]}`);
    const wanted = where === 'tap' || where === 'uplink of the destination' ? qemuFrames : 0;
    if (qemu !== wanted) faults.push(`at the ${where} there are ${qemu} RARPs of QEMU, not ${wanted}`);
  }
  return { running: destination, measurement, faults, frames: spoken.tap.qemu };
}

/** Captures of one move alone: of all moves together they would be long. */
async function captureOf(rig: LabRig, move: number, from: HostName, to: HostName) {
  const start = async (host: HostName, device: string, direction: 'in' | 'out'): Promise<TapReceiver> => {
    const file = join(rig.directory, `${move}-${host}-${device}-${direction}.pcap`);
    const receiver = await TapReceiver.start(rig.network.hosts[host], device, direction, file);
    rig.owns(receiver);
    return receiver;
  };
  const [delivered, sent, uplink, left] = await Promise.all([
    start(to, 'tap0', 'out'),
    start(to, 'tap0', 'in'),
    start(to, 'up0', 'out'),
    start(from, 'up0', 'out'),
  ]);
  return { delivered, sent, uplink, left };
}

/** The report that is new, with the last word on its proof. */
const judgedReport = (
  agent: AgentProcess,
  before: ReadonlySet<string | undefined>,
): Promise<MigrationReport> =>
  waitUntil('the last word of a report', { timeoutMs: windowMs + 5000, everyMs: 100 }, async () =>
    (await agent.reports()).find((report) => !before.has(report.id) && proofOf(report)?.isOpen === false),
  );

/** Frames that claim to come from the guest, or from nic-herald itself: how many are QEMU's announcement, and the others in words. */
async function spokenAt(
  receiver: TapReceiver,
): Promise<{ readonly qemu: number; readonly others: readonly string[] }> {
  const own = new Set<string>([...recipe.stations.map(({ mac }) => mac), querier]);
  const others: string[] = [];
  let qemu = 0;
  for (const { bytes } of await receiver.frames()) {
    const frame = decodeEthernet(bytes);
    if (isDecodeError(frame) || !own.has(frame.source)) continue;
    const isPlain = frame.source === recipe.stations[0]?.mac && frame.tags.length === 0;
    if (frame.etherType === rarp && isPlain && rarpSeal(bytes) === undefined) qemu += 1;
    else others.push(`${frame.etherType.toString(16)} ${frame.source} ${JSON.stringify(frame.tags)}`);
  }
  return { qemu, others };
}
