import { join } from 'node:path';
import { Command } from 'commander';
import { missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
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
  readonly list: boolean;
  readonly ci: boolean;
}

const cache = join(import.meta.dirname, '../../.cache/kernel');
/** What the VM runs is compiled: an emulated processor is too slow to do so at each start. */
const compiled = join(import.meta.dirname, '../.cache/kernel');
const sources = [
  'kernel/runner-main.ts',
  'privileged/sink-driver-main.ts',
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
  const tell = (
    cells: readonly [string, string, string],
    verdict: Verdict,
    lines: readonly string[],
  ): void => {
    counts[verdict] += 1;
    console.log(table.verdictLine(cells, verdict));
    for (const line of lines) console.log(`    ${line}`);
  };
  console.log(`the agent is ${program}`);
  console.log(table.header([['kernel', 'scenario', 'took', '']]));
  const unable = await whyUnable();
  if (unable === undefined) await compilePrograms(sources, compiled);
  for (const suite of chosenSuites) {
    const some = (flags.ci || limited.has(suite)) && flags.scenario.length === 0;
    const wanted = cases.filter(({ name }) => !some || ciCases[suite].includes(name));
    if (unable === undefined) await runSuite(suite, wanted, tell);
    else for (const { name } of wanted) tell([suite, name, ''], flags.ci ? 'failed' : 'skipped', [unable]);
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

type Tell = (cells: readonly [string, string, string], verdict: Verdict, lines: readonly string[]) => void;

/** Boots the kernel of a suite once for all cases; a case of which it says nothing has failed. */
async function runSuite(suite: Suite, cases: readonly KernelCase[], tell: Tell): Promise<void> {
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
        const seen = isGood ? [] : [`see ${directory}`];
        const took = `${(tookMs / 1000).toFixed(1)} s`;
        tell([kernelName, scenario, took], isGood ? 'passed' : 'failed', [...faults, ...notes, ...seen]);
      },
    });
    running.add(vm);
    await vm.finished().finally(() => running.delete(vm));
    if (silent.size > 0) last = await vm.lastWords();
  } catch (error) {
    last = error instanceof LabFault ? error.message : String((error as Error).stack ?? error);
  }
  for (const name of silent) {
    tell([kernelName, name, ''], 'failed', [
      `the VM ended without a word of it; it said last:`,
      ...last.split('\n'),
    ]);
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
