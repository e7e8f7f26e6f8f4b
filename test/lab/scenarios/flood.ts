import { readFile } from 'node:fs/promises';
import { type AgentLine, type AgentPair, type AgentProcess, armed, startAgents } from '../agent-process.js';
import { Flooder } from '../flooder.js';
import {
  type ArrivalWatch,
  beginMigration,
  measureReturns,
  probeSource,
  resumeOf,
  startDestination,
  watchArrivals,
} from '../guest-move.js';
import { bootGuest, misplacedStations, settleTables } from '../guest-on-host.js';
import { GuestBuilder } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { CaseContext, CaseResult, LabCase } from '../lab-case.js';
import { LabFault } from '../lab-fault.js';
import { LabRig } from '../lab-rig.js';
import { type Measurement, worstOf } from '../measurement.js';
import type { AtBoth } from '../namespaces.js';
import type { QemuProcess } from '../qemu-process.js';
import { waitUntil } from '../wait-until.js';

/** How many source MACs the flooder makes up, and how fast: it lasts as long as the other guest's two moves. */
const floodFrames = 2_000_000;
const floodPerSecond = 150_000;
/** More than this, and memory grew with the MACs: 2 million at 50 bytes are 100 MB. */
const mostGrowthMb = 48;
const nestedMacs = [1, 2, 3, 4].map((number) => `52:54:00:bb:00:0${number}`);

/** One guest floods made-up MACs; another, whose stations are known by learning only, moves meanwhile. */
export const flood: LabCase = {
  name: 'flood-of-2-million-macs',
  summary:
    'a guest invents 2 million MACs: its neighbour moves as ever, its own MACs are announced, memory is flat',
  needsAgents: true,
  run: runFlood,
};

async function runFlood(context: CaseContext): Promise<CaseResult> {
  const mover = new GuestBuilder()
    .card('virtio')
    .nested(...nestedMacs)
    .build('flood-mover');
  const flooding = new GuestBuilder(1).card('virtio').macvlans(4).build('flooder');
  const taps = flooding.guest.nics.map(({ tap }) => tap);
  const rig = await LabRig.start({ ...context, guest: mover.guest, neighbours: [flooding.guest] });
  try {
    const agents = await startAgents(rig);
    const flooder = await Flooder.at(rig, 'A', taps[0] ?? '');
    const [first, noisy] = await Promise.all([
      bootGuest(rig, 'A', mover),
      bootGuest(rig, 'A', flooding, '-flooder'),
    ]);
    await settleTables(rig, first, 'A', mover.stations);
    await settleTables(rig, noisy, 'A', flooding.stations);
    const watches = {
      A: await watchArrivals(rig, 'A', mover.stations),
      B: await watchArrivals(rig, 'B', mover.stations),
    };
    await probeSource(rig, watches.A);

    const faults: string[] = [];
    let at = first;
    let moves = 0;
    /** Moves the guest to a host; the time from RESUME to the last frame of round 1. */
    const moveTo = async (host: 'A' | 'B'): Promise<{ measurement: Measurement; lastFrameMs: number }> => {
      moves++;
      const label = `move ${moves}, to ${host}: `;
      const agent = agents[host];
      const known = (await agent.reports()).length;
      const since = agent.lines.length;
      const destination = await startDestination(rig, host, { suffix: `-${moves}` });
      await armed(agent, mover.stations.length, since);
      await beginMigration(rig, at, destination);
      const measurement = await measureReturns(watches[host], await resumeOf(destination));
      const report = await agent.report(known + 1);
      faults.push(...darkStations(measurement, label));
      faults.push(...reportFaults(report, mover.stations).map((fault) => `${label}${fault}`));
      await at.stop();
      at = destination;
      return {
        measurement,
        lastFrameMs: (report.lastFrameAt ?? Number.NaN) - (report.resumedAt ?? Number.NaN),
      };
    };

    const quiet = [await moveTo('B'), await moveTo('A')];
    const before = await memoryOf(agents);
    const peak = { A: before.A, B: before.B };
    const sampler = setInterval(() => {
      void memoryOf(agents).then(
        (now) => {
          for (const host of ['A', 'B'] as const) peak[host] = Math.max(peak[host], now[host]);
        },
        () => undefined,
      );
    }, 250);
    const begunAtMs = Date.now();
    const flooded = flooder.start({ frames: floodFrames, perSecond: floodPerSecond });
    flooded.catch(() => undefined); // awaited below
    await waitUntil(
      'the flood to begin',
      { timeoutMs: 10_000 },
      async () => (await flooder.arrived()) > 10_000 || undefined,
    );
    const noisyMoves = [await moveTo('B'), await moveTo('A')];
    const isOverTooSoon = (await flooder.arrived()) >= floodFrames;
    const sent = await flooded;
    const seconds = (Date.now() - begunAtMs) / 1000;
    clearInterval(sampler);
    const after = await memoryOf(agents);
    const arrived = await flooder.arrived();
    if (sent < floodFrames || arrived < floodFrames * 0.99) {
      faults.push(`not valid: ${arrived} of ${sent} frames of the flood came through the port`);
    }
    for (const host of ['A', 'B'] as const) {
      const grown = peak[host] - before[host];
      if (grown > mostGrowthMb) faults.push(`the agent on ${host} grew by ${grown.toFixed(1)} MB`);
    }

    const told = ({ code }: AgentLine): boolean => code === 'HERALD_STATIONS_OVERFLOW';
    await agents.A.line('HERALD_STATIONS_OVERFLOW', told);
    const own = await moveFlooder(rig, agents, noisy, flooding.stations, taps);
    faults.push(...own.faults);
    const millis = (all: readonly { lastFrameMs: number }[]): string =>
      all.map(({ lastFrameMs }) => lastFrameMs.toFixed(2)).join(' and ');
    const mean = (all: readonly { lastFrameMs: number }[]): number =>
      all.reduce((sum, { lastFrameMs }) => sum + lastFrameMs, 0) / all.length;
    const herald = [...quiet, ...noisyMoves].map(({ measurement }) => measurement).reduce(worstOf);
    return {
      herald,
      faults,
      notes: [
        `${arrived} frames in ${seconds.toFixed(1)} s${isOverTooSoon ? ', over before the moves were' : ''}`,
        `RESUME to last frame: quiet ${millis(quiet)} ms, flooded ${millis(noisyMoves)} ms, ratio ${(mean(noisyMoves) / mean(quiet)).toFixed(2)}`,
        ...(['A', 'B'] as const).map(
          (host) =>
            `memory of the agent on ${host}: ${before[host].toFixed(1)} MB before, ${peak[host].toFixed(1)} at most, ${after[host].toFixed(1)} after`,
        ),
        `the flooder's own move: ${own.dark} of ${flooding.stations.length} dark, ${own.refused} stations refused`,
      ],
    };
  } finally {
    await rig.stop();
  }
}

/** Moves the flooder itself: its primary and its card's MACs are announced, whatever else it sent from. */
async function moveFlooder(
  rig: LabRig,
  agents: AgentPair,
  source: QemuProcess,
  stations: ArrivalWatch['stations'],
  taps: readonly string[],
): Promise<{ faults: string[]; dark: number; refused: number }> {
  const watches = {
    A: await watchArrivals(rig, 'A', stations, taps),
    B: await watchArrivals(rig, 'B', stations, taps),
  };
  await probeSource(rig, watches.A);
  const known = (await agents.B.reports()).length;
  const since = agents.B.lines.length;
  const destination = await startDestination(rig, 'B', { suffix: '-flooder', guest: source.guest });
  await armed(agents.B, stations.length, since);
  await beginMigration(rig, source, destination);
  const measurement = await measureReturns(watches.B, await resumeOf(destination));
  const report = await agents.B.report(known + 1);
  const label = 'the flooder: ';
  const faults = [
    ...darkStations(measurement),
    ...reportFaults(report, stations),
    ...(await misplacedStations(rig, 'B', stations)),
  ];
  const refused = report.nics.reduce((sum, nic) => sum + nic.refused.length, 0);
  return { faults: faults.map((fault) => `${label}${fault}`), dark: measurement.dark, refused };
}

/** Resident memory of both agents, MB. */
async function memoryOf(agents: AgentPair): Promise<AtBoth<number>> {
  const of = async ({ process: { pid } }: AgentProcess): Promise<number> => {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (kilobytes === undefined) throw new LabFault(`process ${pid} tells no VmRSS`);
    return Number(kilobytes) / 1024;
  };
  return { A: await of(agents.A), B: await of(agents.B) };
}
