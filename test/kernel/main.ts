import { join } from 'node:path';
import { Command } from 'commander';
import { missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { positiveInteger } from '../lab/lane-command.js';
import { TableLines, type Verdict } from '../lab/table-lines.js';
import { compilePrograms } from '../staged/compiled-programs.js';
import { isAgentBuilt, program } from '../staged/staged-agent.js';
import { allCases } from './all-cases.js';
import { ciCases } from './ci-cases.js';
import { debianKernel, type Suite, suites } from './debian-kernel.js';
import type { KernelCase, KernelResult } from './kernel-case.js';
import { KernelVm } from './kernel-vm.js';

interface KernelFlags {
  readonly scenario: readonly string[];
  readonly suite: readonly string[];
  readonly retries: number;
  readonly list: boolean;
  readonly ci: boolean;
}

const cache = join(import.meta.dirname, '../../.cache/kernel');
/** What the VM runs is compiled: an emulated processor is too slow to do so at each start. */
const compiled = join(import.meta.dirname, '../.cache/kernel');
const sources = [
  'kernel/runner-main.ts',
  'privileged/sink-driver-main.ts',
  'privileged/learner-driver-main.ts',
  'staged/played/played-qemu-main.ts',
];
const programs = [
  ...['qemu-system-x86_64', 'busybox', 'cpio', 'depmod', 'ip', 'bridge', 'tc', 'tcpdump', 'setpriv'],
  ...['ovs-vswitchd', 'ovsdb-server', 'ovsdb-tool'],
];
/** A VM that does not end by itself; a case takes half a minute at most. */
const mostMsPerVm = 300_000;
const mostMsPerCase = 90_000;

/** Kernels on which only the choice of `ci-cases.ts` runs. */
const limited: ReadonlySet<Suite> = new Set(['bullseye']);

const collect = (value: string, values: readonly string[]): string[] => [...values, value];
const command = new Command('kernel')
  .description(
    "Boots Debian's kernels under TCG and runs there, with real agents, what this kernel cannot. Needs root.",
  )
  .option('--scenario <name>', 'run this one only (may be repeated)', collect, [])
  .option(
    '--suite <name>',
    `boot the kernel of this Debian only: ${suites.join(', ')} (may be repeated)`,
    collect,
    [],
  )
  .option(
    '--retries <n>',
    'how often the scenarios that failed are run again, on a kernel booted again, which the table then says',
    positiveInteger,
    0,
  )
  .option('--list', 'name the scenarios and end', false)
  .option('--ci', 'a choice of the scenarios for each kernel; what cannot run counts as failed', false)
  .parse();

const counts = { passed: 0, failed: 0, skipped: 0 };
const running = new Set<KernelVm>();
process.exitCode = await main(command.opts<KernelFlags>());

async function main(flags: KernelFlags): Promise<number> {
  if (flags.list) {
    for (const { name, summary } of allCases) console.log(`${name.padEnd(28)} ${summary}`);
    return 0;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      void Promise.all([...running].map((vm) => vm.stop())).finally(() => process.exit(130));
    });
  }
  const cases = chosen('scenario', flags.scenario, allCases, ({ name }) => name);
  const chosenSuites = chosen('suite', flags.suite, suites, (name) => name);
  const table = new TableLines([24, 28, 7, 7], process.stdout.isTTY);
  const tell: Tell = ({ kernel, name, took = '', lines }, verdict, isLast = true) => {
    if (isLast) counts[verdict] += 1;
    console.log(table.verdictLine([kernel, name, took], verdict));
    for (const line of lines) console.log(`    ${line}`);
    if (!isLast)
      console.log('    it is tried again: an emulated kernel on a busy machine does not always keep time');
  };
  console.log(`the agent is ${program}`);
  console.log(table.header([['kernel', 'scenario', 'took', '']]));
  const unable = await whyUnable();
  if (unable === undefined) await compilePrograms(sources, compiled);
  for (const suite of chosenSuites) {
    const some = (flags.ci || limited.has(suite)) && flags.scenario.length === 0;
    const wanted = cases.filter(({ name }) => !some || ciCases[suite].includes(name));
    if (unable === undefined) await runSuite(suite, wanted, flags.retries, tell);
    else
      for (const { name } of wanted)
        tell({ kernel: suite, name, lines: [unable] }, flags.ci ? 'failed' : 'skipped');
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

/** A scenario on a kernel, and what there is to say of it. */
interface Row {
  readonly kernel: string;
  readonly name: string;
  readonly took?: string;
  readonly lines: readonly string[];
}

/** Prints a row; counts it unless it is tried again. */
type Tell = (row: Row, verdict: Verdict, isLast?: boolean) => void;

/** Runs all cases on the kernel of a suite; those that failed again, as often as `retries` says. */
async function runSuite(
  suite: Suite,
  cases: readonly KernelCase[],
  retries: number,
  tell: Tell,
): Promise<void> {
  let left = cases;
  for (let retry = 0; left.length > 0; retry++) {
    const failed = new Set<string>();
    await runOnce(suite, left, (row, verdict) => {
      const isLast = verdict === 'passed' || retry >= retries;
      if (!isLast) failed.add(row.name);
      tell(row, verdict, isLast);
    });
    left = left.filter(({ name }) => failed.has(name));
  }
}

/** Boots the kernel of a suite once for these cases; a case of which it says nothing has failed. */
async function runOnce(suite: Suite, cases: readonly KernelCase[], tell: Tell): Promise<void> {
  const silent = new Set(cases.map(({ name }) => name));
  const directory = join(cache, 'runs', suite);
  let kernelName: string = suite;
  let last = '';
  try {
    const kernel = await debianKernel(suite, cache);
    kernelName = kernel.release;
    const vm = await KernelVm.boot({
      ...{ kernel, directory, timeoutMs: mostMsPerVm + cases.length * mostMsPerCase },
      env: {
        CASES: [...silent].join(','),
        RUNNER: join(compiled, 'kernel/runner-main.js'),
        HERALD_LAB_PROGRAM: program,
      },
      onLine: (line) => {
        const { scenario, tookMs, faults, notes = [] } = JSON.parse(line) as KernelResult;
        silent.delete(scenario);
        const isGood = faults.length === 0;
        const lines = [...faults, ...notes, ...(isGood ? [] : [`see ${directory}`])];
        const took = `${(tookMs / 1000).toFixed(1)} s`;
        tell({ kernel: kernelName, name: scenario, took, lines }, isGood ? 'passed' : 'failed');
      },
    });
    running.add(vm);
    await vm.finished().finally(() => running.delete(vm));
    if (silent.size > 0) last = await vm.lastWords();
  } catch (error) {
    last = error instanceof LabFault ? error.message : String((error as Error).stack ?? error);
  }
  for (const name of silent) {
    const lines = ['the VM ended without a word of it; it said last:', ...last.split('\n')];
    tell({ kernel: kernelName, name, lines }, 'failed');
    last = 'as above';
  }
}

function chosen<T>(
  what: string,
  names: readonly string[],
  all: readonly T[],
  nameOf: (each: T) => string,
): readonly T[] {
  const unknown = names.filter((name) => !all.some((each) => nameOf(each) === name));
  if (unknown.length > 0)
    command.error(`no ${what} is called ${unknown.join(', ')}: ${all.map(nameOf).join(', ')}`);
  return names.length > 0 ? all.filter((each) => names.includes(nameOf(each))) : all;
}
