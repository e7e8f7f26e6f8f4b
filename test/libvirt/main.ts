import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { isAgentBuilt } from '../lab/agent-process.js';
import { guestImage, missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { type LaneOptions, laneCommand, namedCases, printCases } from '../lab/lane-command.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import type { TableRow } from '../lab/report-table.js';
import { keptRow, runCases, skippedRow, type UpcomingRow } from '../lab/run-cases.js';
import { debianRoot, type Suite, suites } from './debian-root.js';
import type { LibvirtCase, LibvirtContext } from './libvirt-case.js';
import { libvirtCases } from './scenarios/all.js';

interface LibvirtFlags extends LaneOptions {
  readonly suite?: Suite;
  readonly root?: string;
  readonly handoffInDirectory: boolean;
}

const cache = join(import.meta.dirname, '../../.cache');
const labCache = join(cache, 'lab');
const laneCache = join(cache, 'libvirt');

const command = laneCommand(
  'libvirt',
  'Lets two libvirt daemons migrate real guests, with QEMU alone and with nic-herald. Needs root.',
)
  .addOption(
    new Option('--suite <name>', "run this Debian's libvirt and QEMU, not the machine's own").choices(suites),
  )
  .option('--root <directory>', 'the same out of a root that is there')
  .option('--handoff-in-directory', 'agents hand over in a directory, not in the domains', false)
  .parse();

process.exitCode = await main(command.opts<LibvirtFlags>());

async function main(flags: LibvirtFlags): Promise<number> {
  if (flags.list) {
    printCases(libvirtCases);
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

function chosenCases({ scenario, ci, suite }: LibvirtFlags): readonly LibvirtCase[] {
  const usual = ci ? libvirtCases.filter(({ inCi }) => inCi === (suite ?? 'own')) : libvirtCases;
  return namedCases(command, libvirtCases, scenario) ?? usual;
}
