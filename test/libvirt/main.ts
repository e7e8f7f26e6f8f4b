import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { isAgentBuilt } from '../lab/agent-process.js';
import { guestImage, missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import type { TableRow } from '../lab/report-table.js';
import { keptRow, type LaneFlags, runCases, skippedRow, type UpcomingRow } from '../lab/run-cases.js';
import { debianRoot, type Suite, suites } from './debian-root.js';
import type { LibvirtCase, LibvirtContext } from './libvirt-case.js';
import { libvirtCases } from './scenarios/all.js';

interface LibvirtFlags extends LaneFlags {
  readonly scenario: readonly string[];
  readonly suite?: Suite;
  readonly root?: string;
  readonly list: boolean;
  readonly qemuAlone: boolean;
  readonly handoffInDirectory: boolean;
}

const cache = join(import.meta.dirname, '../../.cache');
const labCache = join(cache, 'lab');
const laneCache = join(cache, 'libvirt');

const command = new Command('libvirt')
  .description(
    'Lets two libvirt daemons migrate real guests, with QEMU alone and with nic-herald. Needs root.',
  )
  .option('--runs <n>', 'how often to run each scenario', positiveInteger, 1)
  .option('--retries <n>', 'how often a scenario that failed is run again', positiveInteger, 0)
  .option(
    '--scenario <name>',
    'run this one only (may be repeated)',
    (name, names: string[]) => [...names, name],
    [],
  )
  .addOption(
    new Option('--suite <name>', "run this Debian's libvirt and QEMU, not the machine's own").choices(suites),
  )
  .option('--root <directory>', 'the same out of a root that is there')
  .option('--list', 'name the scenarios and end', false)
  .option('--qemu-alone', 'measure QEMU alone', false)
  .option('--handoff-in-directory', 'agents hand over in a directory, not in the domains', false)
  .option('--ci', 'what cannot run counts as failed, and a choice of the scenarios is run', false)
  .parse();

process.exitCode = await main(command.opts<LibvirtFlags>());

async function main(flags: LibvirtFlags): Promise<number> {
  if (flags.list) {
    for (const { name, summary } of libvirtCases) console.log(`${name.padEnd(36)} ${summary}`);
    return 0;
  }
  return runCases(chosenCases(flags), flags, async () => {
    const prepared = await prepare(flags);
    return (each, row) => runCase(each, row, flags, prepared);
  });
}

type Prepared = Pick<LibvirtContext, 'image' | 'place'>;

/** What all scenarios stand on, or why nothing can run here. */
async function prepare({ root: given, suite, qemuAlone }: LibvirtFlags): Promise<Prepared | LabFault> {
  const missing = await missingRequirements(['libvirtd', 'virsh', 'unshare', 'nsenter']);
  if (missing.length > 0) return new LabFault(missing.join('; '));
  if (!qemuAlone && !(await isAgentBuilt()))
    return new LabFault('nic-herald is not built: run npm run build');
  try {
    const image = await guestImage(labCache);
    await reapDeadLabs();
    const root = given ?? (suite && (await debianRoot(suite, laneCache)));
    const place = {
      cache: join(laneCache, 'capabilities', suite ?? given?.replaceAll('/', '_') ?? 'own'),
      images: labCache,
      ...(root === undefined ? {} : { root: resolve(root) }),
    };
    return { image, place };
  } catch (error) {
    if (error instanceof LabFault) return error;
    throw error;
  }
}

async function runCase(
  each: LibvirtCase,
  row: UpcomingRow,
  { qemuAlone, handoffInDirectory, suite, ci }: LibvirtFlags,
  prepared: Prepared | LabFault,
): Promise<TableRow> {
  if (prepared instanceof LabFault) return skippedRow(row, prepared.message);
  if (each.needsAgents && qemuAlone) return skippedRow(row, 'measures nothing without nic-herald');
  const directory = join(laneCache, 'runs', suite ?? 'own', each.name);
  await mkdir(directory, { recursive: true });
  const context = { ...prepared, directory, qemuAloneOnly: qemuAlone, isShort: ci, handoffInDirectory };
  return keptRow(row, directory, () => each.run(context));
}

function chosenCases({ scenario: names, ci, suite }: LibvirtFlags): readonly LibvirtCase[] {
  const unknown = names.filter((name) => !libvirtCases.some((each) => each.name === name));
  if (unknown.length > 0) command.error(`no scenario is called ${unknown.join(', ')}; --list names them`);
  if (names.length > 0) return libvirtCases.filter(({ name }) => names.includes(name));
  return ci ? libvirtCases.filter(({ inCi }) => inCi === (suite ?? 'own')) : libvirtCases;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) command.error(`a whole number from 1 is needed, not ${text}`);
  return value;
}
