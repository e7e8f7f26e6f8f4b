import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationReport } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { AgentProcess, armed } from '../agent-process.js';
import { beginMigration, resumeOf, startDestination } from '../guest-move.js';
import { bootGuest, settleTables } from '../guest-on-host.js';
import { GuestBuilder } from '../guest-recipe.js';
import { learnedHandedOver } from '../handed-over.js';
import { announcedStations } from '../herald-checks.js';
import type { CaseContext, CaseResult, LabCase } from '../lab-case.js';
import { LabFault } from '../lab-fault.js';
import { LabRig } from '../lab-rig.js';
import type { HostName } from '../namespaces.js';
import { type SpokenPair, speakFromPairs } from '../pair-speaker.js';
import { stationKey } from '../station.js';
import { TapCable } from '../tap-cable.js';
import { waitUntil } from '../wait-until.js';

const rounds = 5;
const roundEveryMs = 600;
const timing = `initialMs: ${roundEveryMs}, maxMs: ${roundEveryMs}, stepMs: 1, rounds: ${rounds}`;

/** With the primary 1024: as many as the policy lets a NIC have. */
const pairs: readonly SpokenPair[] = Array.from({ length: 1023 }, (_, index) => ({
  mac: MacAddress.of(`02:00:00:bb:00:${(index % 32).toString(16).padStart(2, '0')}`),
  vlan: VlanId.of(100 + Math.floor(index / 32)),
}));
const recipe = new GuestBuilder().card('e1000').build('paced-1024-pairs');
const keys = new Set([...recipe.stations, ...pairs].map(({ mac, vlan }) => stationKey(mac, vlan)));

/** A guest with 1024 stations: sent at the default pace the switch learns them all, at once it loses some. */
export const pacedPairs: LabCase = {
  name: 'paced-1024-pairs',
  summary: '1024 stations of one guest: at the default pace the switch learns all, and without it?',
  needsAgents: true,
  run: runPacedPairs,
};

async function runPacedPairs(context: CaseContext): Promise<CaseResult> {
  const rig = await LabRig.start({ ...context, guest: recipe.guest });
  try {
    const [a, b, source] = await Promise.all([
      startAgent(rig, 'A', 'pacing: { framesPerSecond: 10000000, burst: 1024 }'),
      startAgent(rig, 'B'),
      bootGuest(rig, 'A', recipe),
    ]);
    const cable = await TapCable.at(rig, 'A', rig.taps[0] ?? '');
    await settleTables(rig, source, 'A', recipe.stations);
    await speakUntilLearned(rig, cable);
    await pairsHandedOver(rig);

    const atB = await startDestination(rig, 'B');
    await armed(b, keys.size);
    await beginMigration(rig, source, atB);
    const paced = await learnedByRound(rig, 'B', await resumeOf(atB));
    const report = await b.report();
    const faults = reportFaults(report);
    const missing = keys.size - (paced.at(-1) ?? 0);
    if (missing > 0) faults.push(`the switch has ${missing} of ${keys.size} stations not at B`);
    await source.stop();

    const atA = await startDestination(rig, 'A', { suffix: '2' });
    await armed(a, keys.size);
    await beginMigration(rig, atB, atA);
    const unpaced = await learnedByRound(rig, 'A', await resumeOf(atA));
    return {
      faults,
      notes: [
        `at the default pace the switch has ${paced.join(', ')} of ${keys.size} after each round; ${delayOf(report)}`,
        `all at once it has ${unpaced.join(', ')}; ${delayOf(await a.report())}`,
      ],
    };
  } finally {
    await rig.stop();
  }
}

async function startAgent(rig: LabRig, host: HostName, pacing = ''): Promise<AgentProcess> {
  const config = join(rig.directory, `herald-${host}.yaml`);
  await writeFile(config, `announce: { ${timing}${pacing && `, ${pacing}`} }\n`);
  return AgentProcess.start(rig, host, config);
}

/** Every bridge and the switch have learned each pair at the source; a switch that lost some hears them again. */
async function speakUntilLearned(rig: LabRig, cable: TapCable): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    await speakFromPairs(cable, pairs);
    if ((await learnedAt(rig, 'A')) === keys.size) return;
  }
  throw new LabFault(`the switch never had all ${keys.size} stations at A`);
}

async function pairsHandedOver(rig: LabRig): Promise<void> {
  await waitUntil('the hand-off to have every pair', { timeoutMs: 15_000, everyMs: 200 }, async () => {
    const learned = await learnedHandedOver(rig, 'A');
    return learned.length >= keys.size || undefined;
  });
}

/** How many of the stations the switch has at a host just before the next round, round by round. */
async function learnedByRound(rig: LabRig, host: HostName, resumedAtMs: number): Promise<readonly number[]> {
  const counts: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await sleep(Math.max(0, resumedAtMs + round * roundEveryMs - 100 - Date.now()));
    counts.push(await learnedAt(rig, host));
  }
  return counts;
}

async function learnedAt(rig: LabRig, host: HostName): Promise<number> {
  const entries = (await rig.switch.entries()).filter(({ port }) => port === `sw${host}`);
  return entries.filter(({ mac, vlan }) => keys.has(stationKey(mac, vlan))).length;
}

function reportFaults(report: MigrationReport): string[] {
  const faults: string[] = [];
  const announced = announcedStations(report);
  const missing = [...keys].filter((key) => !announced.has(key));
  if (missing.length > 0)
    faults.push(`the report does not name ${missing.length} stations: ${missing[0]}, ...`);
  if (!report.rounds.every(({ delayed = 0 }) => delayed > 0)) {
    faults.push('the report has rounds of which no frame had to wait');
  }
  return faults;
}

function delayOf({ rounds: sent }: MigrationReport): string {
  const [first] = sent;
  const tookMs = (first?.finishedAt ?? Number.NaN) - (first?.startedAt ?? Number.NaN);
  const waited = `${first?.delayed ?? 0} frames waited, at most ${(first?.delayedMs ?? 0).toFixed(1)} ms`;
  return `of round 1 ${waited}, and it took ${tookMs.toFixed(1)} ms`;
}
