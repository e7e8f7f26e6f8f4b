// What an agent takes of a host on which nothing happens: memory, processor time, kernel memory, time to `ready`, and what
// it asks of the QEMUs. Builds of the agent are measured in turn on the same guests.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { missingRequirements } from '../lab/host-requirements.js';
import { LabFault } from '../lab/lab-fault.js';
import { reapDeadLabs } from '../lab/namespaces.js';
import { TableLines } from '../lab/table-lines.js';
import { compilePrograms } from '../staged/compiled-programs.js';
import type { PlayedQemu } from '../staged/played-qemu.js';
import { program } from '../staged/staged-agent.js';
import { type StagedRig, stopActiveRigs, withRig } from '../staged/staged-rig.js';
import { type IdleGuests, introduceThemselves, startIdleGuests } from './idle-guests.js';
import { type Build, MeasuredAgent } from './measured-agent.js';

interface FootprintFlags {
  readonly guests?: readonly number[];
  readonly card: IdleGuests['card'];
  readonly withoutEvents: boolean;
  readonly seconds: number;
  readonly settle: number;
  readonly runs: number;
  readonly with?: readonly Build[];
}

const directory = join(import.meta.dirname, '../../.cache/footprint');
const widths = [7, 16, 8, 8, 9, 9, 9, 10, 8, 11, 9, 9, 8];
const headings = [
  [
    'guests',
    'card',
    'build',
    'ready',
    'RSS',
    'own',
    'PSS',
    'most RSS',
    'CPU',
    'BPF',
    'a tap',
    'QMP',
    'warnings',
  ],
  ['', '', '', 'ms', 'MiB', 'MiB', 'MiB', 'MiB', '%', 'maps KiB', 'KiB', '/s', ''],
];

const command = new Command('footprint')
  .description('Measures what agents take of a host with idle guests. Needs root.')
  .option(
    '--guests <n...>',
    'how many guests; several numbers are measured one after another (default: 1 50 200)',
    numbers,
  )
  .option('--card <model>', 'virtio-net-pci or e1000', 'virtio-net-pci')
  .option('--without-events', 'QEMU tells of no migration, as without libvirt', false)
  .option('--seconds <n>', 'how long the agent is watched while nothing happens', Number, 60)
  .option(
    '--settle <n>',
    'seconds from ready until it is watched: cards are read, and first snapshots are written',
    Number,
    15,
  )
  .option('--runs <n>', 'how often', Number, 1)
  .option('--with <name=bin.js...>', 'another build that is measured as well', builds)
  .parse();

await main(command.opts<FootprintFlags>());

async function main(flags: FootprintFlags): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stopActiveRigs().finally(() => process.exit(130)));
  }
  const missing = await missingRequirements(['ip', 'bridge', 'tc', 'setpriv']);
  if (missing.length > 0) command.error(missing.join('; '));
  await Promise.all([reapDeadLabs(), compilePrograms()]);
  console.log(
    `node ${process.version}; watched for ${flags.seconds} s, ${flags.settle} s after it was ready; ${await bareNode()}`,
  );
  const table = new TableLines(widths, false);
  console.log(table.header(headings));
  const measured = [...(flags.with ?? []), { name: 'this', program }];
  for (let run = 0; run < flags.runs; run += 1) {
    for (const count of flags.guests ?? [1, 50, 200]) {
      await withRig({ directory, taps: count, apart: true, inMemory: true }, async (rig) => {
        const guests = { count, card: flags.card, events: !flags.withoutEvents };
        const qemus = await startIdleGuests(rig, guests);
        for (const build of measured) {
          const cells = await measure(rig, build, qemus, flags).catch((error: unknown) => {
            if (!(error instanceof LabFault)) throw error;
            return [String(count), flags.card, build.name, error.message];
          });
          console.log(cells.length === headings[0]?.length ? table.line(cells) : cells.join('  '));
        }
      });
    }
  }
}

async function measure(
  rig: StagedRig,
  build: Build,
  qemus: readonly PlayedQemu[],
  { card, seconds, settle, withoutEvents }: FootprintFlags,
): Promise<readonly string[]> {
  const agent = await MeasuredAgent.start(rig, build, qemus.length);
  await introduceThemselves(qemus);
  await sleep(settle * 1000);
  const [before, askedBefore] = [await agent.usage(), await asked(qemus)];
  await sleep(seconds * 1000);
  const [after, askedAfter] = [await agent.usage(), await asked(qemus)];
  const warnings = [...agent.warnings()].map(([code, times]) => `${code} x ${times}`);
  await agent.stop();
  const mib = (kib: number): string => (kib / 1024).toFixed(1);
  return [
    String(qemus.length),
    `${card}${withoutEvents ? '*' : ''}`,
    build.name,
    agent.readyMs.toFixed(0),
    ...[after.rssKib, after.anonymousKib, after.pssKib, after.mostRssKib].map(mib),
    ((after.cpuMs - before.cpuMs) / (seconds * 10)).toFixed(2),
    (after.mapBytes / 1024).toFixed(0),
    (after.mapBytes / 1024 / Math.max(1, qemus.length)).toFixed(0),
    ((askedAfter - askedBefore) / seconds).toFixed(1),
    warnings.join(', ') || 'none',
  ];
}

/** How many commands all of them were asked so far. */
async function asked(qemus: readonly PlayedQemu[]): Promise<number> {
  const counts = await Promise.all(qemus.map((qemu) => qemu.commands()));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What Node takes that does nothing but wait. */
async function bareNode(): Promise<string> {
  const script = `const { readFileSync } = require('node:fs');
    setTimeout(() => console.log(/VmRSS:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]), 1000)`;
  const kib = Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
  return `Node that does nothing takes ${(kib / 1024).toFixed(1)} MiB`;
}

function numbers(text: string, before: readonly number[] = []): readonly number[] {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is needed');
  return [...before, value];
}

function builds(text: string, before: readonly Build[] = []): readonly Build[] {
  const [name = '', ...rest] = text.split('=');
  return [...before, { name, program: rest.join('=') }];
}
