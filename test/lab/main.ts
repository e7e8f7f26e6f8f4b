import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { InvalidArgumentError, Option } from 'commander';
import { isAgentBuilt } from './agent-process.js';
import { guestImage } from './host-requirements.js';
import type { CaseContext, LabCase } from './lab-case.js';
import { LabFault } from './lab-fault.js';
import type { LabRig } from './lab-rig.js';
import { type LaneOptions, laneCommand, namedCases, printCases } from './lane-command.js';
import { reapDeadLabs } from './namespaces.js';
import { boards, type HostQemus, hostQemus, isOlder, type QemuChoice, qemuSuites } from './qemu-build.js';
import type { TableRow } from './report-table.js';
import { keptRow, runCases, skippedRow, type UpcomingRow } from './run-cases.js';
import { labCases } from './scenarios/all.js';

interface LabFlags extends LaneOptions, QemuChoice {
  readonly agentSends: boolean;
  readonly keep: boolean;
  readonly shard: Shard;
}

/** Every `of`-th scenario, from the `number`-th on. */
interface Shard {
  readonly number: number;
  readonly of: number;
}

const cacheDirectory = join(import.meta.dirname, '../../.cache/lab');

const command = laneCommand(
  'lab',
  'Migrates real guests between two network namespaces, with QEMU alone and with nic-herald. Needs root.',
)
  .option('--agent-sends', 'have the agents send, not the kernel, where a scenario has no herald.yaml', false)
  .addOption(
    new Option('--qemu <suite>', "run this Debian's QEMU, not the machine's own").choices(qemuSuites),
  )
  .addOption(new Option('--qemu-at-b <suite>', 'run it on host B alone').choices(qemuSuites))
  .addOption(new Option('--board <name>', 'the board of every guest').choices(boards))
  .option('--keep', 'before a rig is taken down, wait for Enter', false)
  .option('--shard <k/n>', 'run every n-th scenario, from the k-th on: n of these run all', shardOf, {
    number: 1,
    of: 1,
  })
  .parse();

process.exitCode = await main(command.opts<LabFlags>());

async function main(flags: LabFlags): Promise<number> {
  if (flags.list) {
    printCases(labCases);
    return 0;
  }
  if (flags.agentSends) process.env['HERALD_LAB_SENDER'] = 'agent'; // agents are started deep down
  const named = namedCases(command, labCases, flags.scenario);
  const prepared = await prepare(flags);
  if (!(prepared instanceof LabFault)) console.log(qemuLine(prepared.qemus));
  return runCases(
    named ?? usualCases(flags, prepared),
    flags,
    async () => (each, row) => runCase(each, row, flags, prepared),
  );
}

/** What every scenario stands on. */
type Prepared = Required<Pick<CaseContext, 'image' | 'qemus'>>;

/** The guest's image and the QEMUs, or why nothing can run here. */
async function prepare(flags: LabFlags): Promise<Prepared | LabFault> {
  try {
    const image = await guestImage(cacheDirectory);
    const qemus = await hostQemus(flags, cacheDirectory);
    await reapDeadLabs();
    return { image, qemus };
  } catch (error) {
    if (error instanceof LabFault) return error;
    throw error;
  }
}

async function runCase(
  each: LabCase,
  row: UpcomingRow,
  flags: LabFlags,
  prepared: Prepared | LabFault,
): Promise<TableRow> {
  if (prepared instanceof LabFault) return skippedRow(row, prepared.message);
  const old = tooOld(each, prepared.qemus);
  if (old !== undefined) return skippedRow(row, old);
  if (each.needsAgents && flags.qemuAlone) return skippedRow(row, 'measures nothing without nic-herald');
  if (!flags.qemuAlone && !(await isAgentBuilt()))
    return skippedRow(row, 'nic-herald is not built: run npm run build');
  const directory = join(cacheDirectory, 'runs', each.name);
  const context = {
    ...prepared,
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

function usualCases({ ci, shard }: LabFlags, prepared: Prepared | LabFault): readonly LabCase[] {
  const all = ci
    ? labCases.filter(
        (each) =>
          !each.isVariant && (prepared instanceof LabFault || tooOld(each, prepared.qemus) === undefined),
      )
    : labCases;
  return all.filter((_, index) => index % shard.of === shard.number - 1);
}

function shardOf(text: string): Shard {
  const [number = 0, of = 0] = text.split('/').map(Number);
  if (!/^\d+\/\d+$/.test(text) || number < 1 || number > of)
    throw new InvalidArgumentError('k/n is wanted, with k from 1 to n.');
  return { number, of };
}

/** Why a case cannot run on a QEMU that was chosen. */
function tooOld({ sinceQemu }: LabCase, { A, B }: HostQemus): string | undefined {
  const old = sinceQemu === undefined ? undefined : [A, B].find((build) => isOlder(build, sinceQemu));
  return old && `QEMU ${old.version} is older than ${sinceQemu}, which this needs: --qemu trixie`;
}

function qemuLine({ A, B, board, boardVersion }: HostQemus): string {
  const versions = A === B ? `QEMU ${A.version}` : `QEMU ${A.version} on A, ${B.version} on B`;
  return [versions, board, boardVersion && `machine types of ${boardVersion}`].filter(Boolean).join(', ');
}
