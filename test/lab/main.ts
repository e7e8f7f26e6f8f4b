import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { isAgentBuilt } from './agent-process.js';
import { guestImage } from './host-requirements.js';
import type { CaseContext, LabCase } from './lab-case.js';
import { LabFault } from './lab-fault.js';
import type { LabRig } from './lab-rig.js';
import { reapDeadLabs } from './namespaces.js';
import type { TableRow } from './report-table.js';
import { keptRow, type LaneFlags, runCases, skippedRow, type UpcomingRow } from './run-cases.js';
import { labCases } from './scenarios/all.js';

interface LabFlags extends LaneFlags {
  readonly scenario: readonly string[];
  readonly list: boolean;
  readonly qemuAlone: boolean;
  readonly keep: boolean;
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
  return runCases(chosenCases(flags), flags, async () => {
    const image = await prepare();
    return (each, row) => runCase(each, row, flags, image);
  });
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
  row: UpcomingRow,
  flags: LabFlags,
  image: CaseContext['image'] | LabFault,
): Promise<TableRow> {
  if (image instanceof LabFault) return skippedRow(row, image.message);
  if (each.needsAgents && flags.qemuAlone) return skippedRow(row, 'measures nothing without nic-herald');
  if (!flags.qemuAlone && !(await isAgentBuilt()))
    return skippedRow(row, 'nic-herald is not built: run npm run build');
  const directory = join(cacheDirectory, 'runs', each.name);
  const context = {
    image,
    directory,
    qemuAloneOnly: flags.qemuAlone,
    ...(flags.keep ? { beforeStop: waitForEnter } : {}),
  };
  return keptRow(row, directory, () => each.run(context));
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
