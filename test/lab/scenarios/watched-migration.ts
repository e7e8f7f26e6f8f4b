import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { type MigrationLine, type ProofSection, proofOf, type StationProof } from '@nic-herald/core/internal';
import { type AgentProcess, agentProgram, armed, handedOver } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination } from '../guest-move.js';
import { type ReadyGuest, withReadyGuest } from '../guest-ready.js';
import { GuestBuilder } from '../guest-recipe.js';
import { darkStations } from '../herald-checks.js';
import type { CaseResult, LabCase } from '../lab-case.js';
import { LabProcess } from '../lab-process.js';
import type { LabRig } from '../lab-rig.js';
import { proofFaults, provedStations } from '../proof-checks.js';
import { waitUntil } from '../wait-until.js';

const name = 'watch-a-migration';
const recipe = new GuestBuilder().card('e1000').vlans(10, 20, 300).build(name);
const provedWithinMs = 12_000;
/** What the lines about a guest that comes here say, in this order. */
const facts = ['watching', 'awaited', 'resumed', 'announced', 'proof'];
/** What they say besides: `armed` again and again, `incoming` before or after `resumed`. */
const anywhere = new Set(['alive', 'armed', 'incoming']);

/** `nic-herald watch --json` at the destination's agent, and what it has printed. */
class WatchProcess {
  readonly lines: MigrationLine[] = [];
  readonly process: LabProcess;

  constructor(rig: LabRig) {
    let rest = '';
    const socket = join(rig.sockets, 'B.control-agent');
    this.process = new LabProcess({
      title: 'nic-herald watch',
      command: [process.execPath, agentProgram(process.env), 'watch', '--json', '--control', socket],
      logFile: join(rig.directory, 'nic-herald-watch.log'),
      onStdout: (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        this.lines.push(...lines.map((line) => JSON.parse(line) as MigrationLine));
      },
    });
    rig.owns({ stop: () => this.process.stop() });
  }

  until(what: string, matches: (line: MigrationLine) => boolean): Promise<MigrationLine> {
    return waitUntil(`nic-herald watch to tell ${what}`, { timeoutMs: provedWithinMs, everyMs: 20 }, () => {
      this.process.assertRunning();
      return this.lines.find(matches);
    });
  }
}

async function watched({ rig, agents, source, watches }: ReadyGuest): Promise<CaseResult> {
  const watch = new WatchProcess(rig);
  await watch.until('that it watches', ({ fact }) => fact === 'watching');
  const destination = await startDestination(rig, 'B');
  await handedOver(rig, 'A', recipe.stations);
  await armed(agents.B, recipe.stations.length);
  await beginMigration(rig, source, destination);
  const resumedAtMs = await resumeOf(destination);
  const herald = await measureReturns(watches.B, resumedAtMs);
  await watch.until('the last word', (line) => line.fact === 'proof' && !line.proof.isOpen);
  const report = await provedReport(agents.B);
  watch.process.signal('SIGINT');
  const ended = await watch.process.ended;
  return {
    herald,
    faults: [
      ...darkStations(herald),
      ...proofFaults(report, herald),
      ...lineFaults(watch.lines, report),
      ...(ended === 0 ? [] : [`nic-herald watch ended with ${ended}`]),
    ],
    notes: [told(watch.lines).join(', ')],
  };
}

/** The report of the move, with the last word on its proof. */
function provedReport(agent: AgentProcess): Promise<MigrationReport> {
  return waitUntil('the report with its proof', { timeoutMs: provedWithinMs, everyMs: 100 }, async () => {
    const report = (await agent.reports()).find(({ cause }) => cause === 'migration');
    return report !== undefined && proofOf(report)?.isOpen === false ? report : undefined;
  });
}

/** As far as a line tells it, ms. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

/** Where what was watched is not what the report says. */
function lineFaults(lines: readonly MigrationLine[], report: MigrationReport): string[] {
  const faults: string[] = [];
  if (told(lines).join() !== facts.join()) faults.push(`watched were ${told(lines).join(', ')}`);
  const announced = lines.find((line) => line.fact === 'announced');
  const { resumedAt = 0, firstFrameAt = 0, lastFrameAt = 0 } = report;
  const [first, end] = [firstFrameAt, lastFrameAt].map((at) => rounded(at - resumedAt));
  if (announced?.firstFrameMs !== first || announced?.lastFrameMs !== end) {
    faults.push(`watched were frames from ${announced?.firstFrameMs} to ${announced?.lastFrameMs} ms`);
  }
  const last = lines.findLast((line) => line.fact === 'proof');
  const seen = last === undefined ? new Map<string, StationProof>() : provedStations(last.proof);
  for (const [key, station] of provedStations(proofOf(report) as ProofSection)) {
    const line = JSON.stringify(seen.get(key));
    if (line !== JSON.stringify(station)) faults.push(`${key} was watched as ${line}`);
  }
  return faults;
}

/** The facts in their order, each once where it comes again and again. */
function told(lines: readonly MigrationLine[]): readonly string[] {
  const all = lines.map(({ fact }) => fact).filter((fact) => !anywhere.has(fact));
  return all.filter((fact, index) => fact !== all[index - 1]);
}

/** Every station's line has the report's own numbers, and those are the lab's. */
export const watchedMigration: LabCase = {
  name,
  summary: 'nic-herald watch beside a migration: each station that is back, with the numbers of the report',
  needsAgents: true,
  run: (context) => withReadyGuest(context, recipe, watched, { herald: 'proof: {}\n' }),
};
