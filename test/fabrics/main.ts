import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAgentBuilt } from '../lab/agent-process.js';
import { buildGuestImage, type GuestImage } from '../lab/guest-image.js';
import { missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { type LaneOptions, laneCommand, namedCases, printCases } from '../lab/lane-command.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import type { TableRow } from '../lab/report-table.js';
import { keptRow, runCases, skippedRow, type UpcomingRow } from '../lab/run-cases.js';
import type { FabricCase } from './fabric-case.js';
import { fabricCases } from './scenarios/all.js';

const cache = join(import.meta.dirname, '../../.cache');
const programs = [
  'qemu-system-x86_64',
  'tcpdump',
  'busybox',
  'cpio',
  'depmod',
  'ip',
  'bridge',
  'setpriv',
  'vtysh',
  ...['ovs-vswitchd', 'ovsdb-server', 'ovsdb-tool', 'ovn-northd', 'ovn-controller'],
];

const command = laneCommand(
  'fabrics',
  'Migrates real guests in fabrics of real routing software, with QEMU alone and with nic-herald. Needs root.',
).parse();

process.exitCode = await main(command.opts<LaneOptions>());

async function main(flags: LaneOptions): Promise<number> {
  if (flags.list) {
    printCases(fabricCases);
    return 0;
  }
  return runCases(chosenCases(flags), flags, async () => {
    const image = await prepare(flags);
    return (each, row) => runCase(each, row, flags, image);
  });
}

/** The guest's image, or why nothing can run here. */
async function prepare({ qemuAlone }: LaneOptions): Promise<GuestImage | LabFault> {
  const missing = await missingRequirements(programs);
  if (missing.length > 0) return new LabFault(missing.join('; '));
  if (!qemuAlone && !(await isAgentBuilt()))
    return new LabFault('nic-herald is not built: run npm run build');
  try {
    const image = await buildGuestImage(join(cache, 'lab'));
    await reapDeadLabs();
    return image;
  } catch (error) {
    if (error instanceof LabFault) return error;
    throw error;
  }
}

async function runCase(
  each: FabricCase,
  row: UpcomingRow,
  { qemuAlone }: LaneOptions,
  image: GuestImage | LabFault,
): Promise<TableRow> {
  if (image instanceof LabFault) return skippedRow(row, image.message);
  const directory = join(cache, 'fabrics', 'runs', each.name);
  await mkdir(directory, { recursive: true });
  return keptRow(row, directory, () => each.run({ image, directory, qemuAloneOnly: qemuAlone }));
}

function chosenCases({ scenario, ci }: LaneOptions): readonly FabricCase[] {
  const usual = ci ? fabricCases.filter(({ inCi }) => inCi) : fabricCases;
  return namedCases(command, fabricCases, scenario) ?? usual;
}
