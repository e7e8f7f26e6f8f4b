import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { isAgentBuilt } from './agent-process.js';
import { guestImage } from './host-requirements.js';
import type { CaseContext, LabCase } from './lab-case.js';
import { LabFault } from './lab-fault.js';
import { type LabRig, stopActiveRigs } from './lab-rig.js';
import { reapDeadLabs } from './namespaces.js';
import { ReportTable, type TableRow } from './report-table.js';
import { RunSummary } from './run-summary.js';
import { labCases } from './scenarios/all.js';

interface LabFlags {
  readonly runs: number;
  readonly scenario: readonly string[];
  readonly list: boolean;
  readonly qemuAlone: boolean;
  readonly keep: boolean;
  readonly ci: boolean;
  readonly retries: number;
}

const cacheDirectory = join(import.meta.dirname, '../../.cache/lab');

const command = new Command('lab')
  .description(
    'Migrates real guests between two network namespaces, with QEMU alone and with nic-herald. Needs root.',
  )
  .option('--runs <n>', 'how often to run each scenario', positiveInteger, 1)
  .option(
    '--scenario <name>',
    'run this one only (may be repeated)',
    (name, names: string[]) => [...names, name],
    [],
  )
  .option('--list', 'name the scenarios and end', false)
  .option('--qemu-alone', 'measure QEMU alone', false)
  .option('--keep', 'before a rig is taken down, wait for Enter', false)
  .option('--ci', 'what cannot run counts as failed, and variants of a scenario are left out', false)
  .option(
    '--retries <n>',
    'how often a scenario that failed is run again, which the table then says',
    positiveInteger,
    0,
  )
  .parse();

process.exitCode = await main(command.opts<LabFlags>());

async function main(flags: LabFlags): Promise<number> {
  if (flags.list) {
    for (const { name, summary } of labCases) console.log(`${name.padEnd(40)} ${summary}`);
    return 0;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stopActiveRigs().finally(() => process.exit(130)));
  }
  const cases = chosenCases(flags);
  const results = new RunSummary();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const table = new ReportTable(
    cases.map((each) => each.name),
    process.stdout.isTTY,
  );
  console.log(table.header());
  const prepared = await prepare();
  for (let run = 1; run <= flags.runs; run++) {
    for (const each of cases) {
      let row = await runCase(each, run, flags, prepared);
      for (let retry = 1; row.verdict === 'failed' && retry <= flags.retries; retry++) {
        console.log(table.row(row, flags.runs));
        for (const fault of row.result?.faults ?? []) console.log(`    ${fault}`);
        console.log('    tried again: two busy cores and an emulated guest do not always keep time');
        row = await runCase(each, run, flags, prepared);
      }
      results.add(each.name, row.result);
      const verdict = row.verdict === 'skipped' && flags.ci ? 'failed' : row.verdict;
      counts[verdict]++;
      console.log(table.row({ ...row, verdict }, flags.runs));
      for (const line of [...(row.result?.faults ?? []), ...(row.result?.notes ?? [])])
        console.log(`    ${line}`);
    }
  }
  if (flags.runs > 1) console.log(`\n${results.lines().join('\n')}`);
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
}

/** The guest's image, or why nothing can run here. */
async function prepare(): Promise<CaseContext['image'] | LabFault> {
  try {
    const image = await guestImage(cacheDirectory);
    await reapDeadLabs();
    return image;
  } catch (error) {
    if (error instanceof LabFault) return error;
    throw error;
  }
}

async function runCase(
  each: LabCase,
  run: number,
  flags: LabFlags,
  image: CaseContext['image'] | LabFault,
): Promise<TableRow> {
  const row = { name: each.name, run };
  const skipped = (why: string): TableRow => ({
    ...row,
    verdict: 'skipped',
    result: { faults: [], notes: [why] },
  });
  if (image instanceof LabFault) return skipped(image.message);
  if (each.needsAgents && flags.qemuAlone) return skipped('measures nothing without nic-herald');
  if (!flags.qemuAlone && !(await isAgentBuilt()))
    return skipped('nic-herald is not built: run npm run build');
  const directory = join(cacheDirectory, 'runs', each.name);
  const context = {
    image,
    directory,
    qemuAloneOnly: flags.qemuAlone,
    ...(flags.keep ? { beforeStop: waitForEnter } : {}),
  };
  try {
    const result = await each.run(context);
    await writeFile(join(directory, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    const verdict = result.faults.length === 0 ? 'passed' : 'failed';
    const notes = verdict === 'failed' ? [...(result.notes ?? []), `see ${directory}`] : (result.notes ?? []);
    return { ...row, verdict, result: { ...result, notes } };
  } catch (error) {
    const message = error instanceof LabFault ? error.message : String((error as Error).stack ?? error);
    return { ...row, verdict: 'failed', result: { faults: [message], notes: [`see ${directory}`] } };
  }
}

async function waitForEnter(rig: LabRig): Promise<void> {
  const { hosts, peer } = rig.network;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  await prompt.question(
    `kept: namespaces ${hosts.A} ${hosts.B} ${rig.network.switch} ${peer}, sockets ${rig.sockets}; Enter to go on `,
  );
  prompt.close();
}

function chosenCases({ scenario: names, ci }: LabFlags): readonly LabCase[] {
  const unknown = names.filter((name) => !labCases.some((each) => each.name === name));
  if (unknown.length > 0) command.error(`no scenario is called ${unknown.join(', ')}; --list names them`);
  if (names.length > 0) return labCases.filter((each) => names.includes(each.name));
  return ci ? labCases.filter((each) => !each.isVariant) : labCases;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) command.error(`--runs takes a whole number from 1, not ${text}`);
  return value;
}
