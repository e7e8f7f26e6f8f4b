import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { guestImage } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { namedCases, printCases } from '../lab/lane-command.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import { keptRow, type LaneFlags, runCases, skippedRow } from '../lab/run-cases.js';
import { makeDebianRoot } from '../libvirt/debian-root.js';
import type { InstalledCase, InstalledContext } from './installed-case.js';
import { packDebs } from './packed-debs.js';
import { installedCases } from './scenarios/all.js';

interface InstalledFlags extends LaneFlags {
  readonly scenario: readonly string[];
  readonly list: boolean;
}

const cache = join(import.meta.dirname, '../../.cache');
const laneCache = join(cache, 'installed');

const command = new Command('installed')
  .description(
    'Installs the Debian package on two bare machines that systemd boots, and migrates a guest. Needs root.',
  )
  .option('--retries <n>', 'how often to run a scenario again that failed', Number, 0)
  .option(
    '--scenario <name>',
    'run this one only (may be repeated)',
    (name, names: string[]) => [...names, name],
    [],
  )
  .option('--list', 'name the scenarios and end', false)
  .option('--ci', 'what cannot run counts as failed, and a choice of the scenarios is run', false)
  .parse();

process.exitCode = await main(command.opts<InstalledFlags>());

async function main(flags: InstalledFlags): Promise<number> {
  if (flags.list) {
    printCases(installedCases);
    return 0;
  }
  // QEMU's sockets are for the group of their directory, as an administrator has them made.
  process.umask(0o007);
  return runCases(chosenCases(flags), { ...flags, runs: 1 }, async () => {
    const prepared = await prepare();
    return async (each, row) => {
      if (prepared instanceof LabFault) return skippedRow(row, prepared.message);
      const directory = join(laneCache, 'runs', each.name);
      await mkdir(directory, { recursive: true });
      return keptRow(row, directory, () => each.run({ ...prepared, directory }));
    };
  });
}

/** What all scenarios stand on, or why nothing can run here. */
async function prepare(): Promise<Omit<InstalledContext, 'directory'> | LabFault> {
  try {
    const image = await guestImage(join(cache, 'lab'));
    await reapDeadLabs();
    const root = join(laneCache, 'bookworm');
    // systemd, since every host has it; all else must be among what the package says that it needs.
    await makeDebianRoot({ suite: 'bookworm', root, base: ['systemd'] });
    const debs = join(laneCache, 'debs');
    await packDebs(debs);
    return { image, root, debs };
  } catch (error) {
    if (error instanceof LabFault) return error;
    throw error;
  }
}

function chosenCases({ scenario, ci }: InstalledFlags): readonly InstalledCase[] {
  const usual = ci ? installedCases.filter(({ inCi }) => inCi) : installedCases;
  return namedCases(command, installedCases, scenario) ?? usual;
}
