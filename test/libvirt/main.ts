import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { isAgentBuilt } from '../lab/agent-process.js';
import { guestImage, missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { stopActiveRigs } from '../lab/lab-rig.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import { ReportTable, type TableRow } from '../lab/report-table.js';
import { RunSummary } from '../lab/run-summary.js';
import { debianRoot, type Suite, suites } from './debian-root.js';
import type { LibvirtCase, LibvirtContext } from './libvirt-case.js';
import { libvirtCases } from './scenarios/all.js';

interface LibvirtFlags {
  readonly runs: number;
  readonly retries: number;
  readonly scenario: readonly string[];
  readonly suite?: Suite;
  readonly root?: string;
  readonly list: boolean;
  readonly qemuAlone: boolean;
  readonly handoffInDirectory: boolean;
  readonly ci: boolean;
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
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stopActiveRigs().finally(() => process.exit(130)));
  }
  const cases = chosenCases(flags);
  const results = new RunSummary();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const table = new ReportTable(
    cases.map(({ name }) => name),
    process.stdout.isTTY,
  );
  console.log(table.header());
  const prepared = await prepare(flags);
  for (let run = 1; run <= flags.runs; run++) {
    for (const each of cases) {
      let row = await runCase(each, run, flags, prepared);
      for (let retry = 1; row.verdict === 'failed' && retry <= flags.retries; retry++) {
        console.log(table.row(row, flags.runs));
        for (const fault of row.result?.faults ?? []) console.log(`    ${fault}`);
        row = await runCase(each, run, flags, prepared);
      }
      results.add(each.name, row.result);
      const verdict = row.verdict === 'skipped' && flags.ci ? 'failed' : row.verdict;
      counts[verdict]++;
      console.log(table.row({ ...row, verdict }, flags.runs));
      const lines = [...(row.result?.faults ?? []), ...(row.result?.notes ?? [])];
      for (const line of lines) console.log(`    ${line}`);
    }
  }
  if (flags.runs > 1) console.log(`\n${results.lines().join('\n')}`);
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
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
  run: number,
  { qemuAlone, handoffInDirectory, suite, ci }: LibvirtFlags,
  prepared: Prepared | LabFault,
): Promise<TableRow> {
  const row = { name: each.name, run };
  const skipped = (why: string): TableRow => ({
    ...row,
    verdict: 'skipped',
    result: { faults: [], notes: [why] },
  });
  if (prepared instanceof LabFault) return skipped(prepared.message);
  if (each.needsAgents && qemuAlone) return skipped('measures nothing without nic-herald');
  const directory = join(laneCache, 'runs', suite ?? 'own', each.name);
  await mkdir(directory, { recursive: true });
  try {
    const result = await each.run({
      ...prepared,
      directory,
      qemuAloneOnly: qemuAlone,
      isShort: ci,
      handoffInDirectory,
    });
    await writeFile(join(directory, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    if (result.faults.length === 0) return { ...row, verdict: 'passed', result };
    const notes = [...(result.notes ?? []), `see ${directory}`];
    return { ...row, verdict: 'failed', result: { ...result, notes } };
  } catch (error) {
    const message = error instanceof LabFault ? error.message : String((error as Error).stack ?? error);
    return { ...row, verdict: 'failed', result: { faults: [message], notes: [`see ${directory}`] } };
  }
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
