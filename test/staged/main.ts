import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { namedCases, positiveInteger, printCases } from '../lab/lane-command.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import { TableLines, type Verdict } from '../lab/table-lines.js';
import { compilePrograms } from './compiled-programs.js';
import { stagedCases } from './scenarios/all.js';
import { isAgentBuilt, program } from './staged-agent.js';
import type { StagedCase, StagedContext, StagedResult } from './staged-case.js';
import { stopActiveRigs } from './staged-rig.js';

interface StagedFlags {
  readonly runs: number;
  readonly scenario: readonly string[];
  readonly list: boolean;
  readonly ci: boolean;
  readonly moments: number;
  readonly seed: number;
}

const cacheDirectory = join(import.meta.dirname, '../../.cache/staged');
const programs = ['ip', 'bridge', 'tc', 'tcpdump', 'setpriv'];

const command = new Command('staged')
  .description('Plays QEMUs to real agents in network namespaces. Needs root.')
  .option('--runs <n>', 'how often to run each scenario', positiveInteger, 1)
  .option(
    '--scenario <name>',
    'run this one only (may be repeated)',
    (name, names: string[]) => [...names, name],
    [],
  )
  .option('--list', 'name the scenarios and end', false)
  .option('--ci', 'what cannot run counts as failed', false)
  .option('--moments <n>', 'at how many moments evacuation-kill ends the agent', positiveInteger, 6)
  .option('--seed <n>', 'what those moments are drawn from', positiveInteger, Date.now() % 1_000_000 || 1)
  .parse();

process.exitCode = await main(command.opts<StagedFlags>());

async function main(flags: StagedFlags): Promise<number> {
  if (flags.list) {
    printCases(stagedCases);
    return 0;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stopActiveRigs().finally(() => process.exit(130)));
  }
  const cases = namedCases(command, stagedCases, flags.scenario) ?? stagedCases;
  const table = new TableLines(
    [Math.max(...cases.map(({ name }) => name.length)) + 4, 7, 7],
    process.stdout.isTTY,
  );
  console.log(`the agent is ${program}`);
  console.log(table.header([['scenario', 'took', '']]));
  const unable = await whyUnable();
  if (unable === undefined) await Promise.all([reapDeadLabs(), compilePrograms()]);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (let run = 1; run <= flags.runs; run++) {
    for (const each of cases) {
      const began = Date.now();
      const { verdict, faults, notes = [] } = await runCase(each, flags, unable);
      counts[verdict]++;
      const name = flags.runs > 1 ? `${each.name} ${run}/${flags.runs}` : each.name;
      const took = `${((Date.now() - began) / 1000).toFixed(1)} s`;
      console.log(table.verdictLine([name, took], verdict));
      for (const line of [...faults, ...notes]) console.log(`    ${line}`);
    }
  }
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
}

/** Why nothing can run here; undefined where everything can. */
async function whyUnable(): Promise<string | undefined> {
  const missing = await missingRequirements(programs);
  if (missing.length > 0) return missing.join('; ');
  return (await isAgentBuilt()) ? undefined : `${program} is not there: run npm run build`;
}

async function runCase(
  each: StagedCase,
  { moments, seed, ci }: StagedFlags,
  unable: string | undefined,
): Promise<StagedResult & { readonly verdict: Verdict }> {
  if (unable !== undefined) return { verdict: ci ? 'failed' : 'skipped', faults: [unable] };
  const directory = join(cacheDirectory, 'runs', each.name);
  await mkdir(directory, { recursive: true });
  const context: StagedContext = { directory, moments, seed };
  try {
    const result = await each.run(context);
    await writeFile(join(directory, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    if (result.faults.length === 0) return { ...result, verdict: 'passed' };
    return { ...result, verdict: 'failed', notes: [...(result.notes ?? []), `see ${directory}`] };
  } catch (error) {
    const message = error instanceof LabFault ? error.message : String((error as Error).stack ?? error);
    return { verdict: 'failed', faults: [message], notes: [`see ${directory}`] };
  }
}
