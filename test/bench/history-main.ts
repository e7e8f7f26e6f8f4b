import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Clock, MigrationReport } from '@nic-herald/core';
import { type ReportNotice, ReportWriter, reportFileName } from '@nic-herald/reports';
import { sampleReport } from '@nic-herald/testkit';

// What a report costs to be written, and to be found among many: `history-main.ts [HOW_MANY]`, after `npx tsc -b`.
const many = Number(process.argv[2] ?? 100_000);
const DAY_MS = 86_400_000;
const GUESTS = 500;
const bin = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));
const [, self = '', , given] = process.argv;
const directory = given ?? (await mkdtemp(join(tmpdir(), 'nic-herald-history-bench-')));

const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A report of ordinary size: one NIC with twelve stations, of which four were refused. */
const report = (n: number): MigrationReport =>
  sampleReport({
    id: randomUUID(),
    guest: { name: `guest-${n % GUESTS}`, uuid: randomUUID() },
    epoch: n,
    resumedAt: 1000,
    lastFrameAt: 1001.5,
    rounds: Array.from({ length: 5 }, (_, round) => ({
      round: round + 1,
      startedAt: 1000,
      finishedAt: 1001,
      frames: 16,
      accepted: 16,
    })),
    nics: [
      {
        nic: 'nic0',
        model: 'virtio-net',
        port: 'tap0',
        sink: 'linux',
        source: 'hand-off',
        announced: Array.from({ length: 12 }, (_, vlan) => ({
          station: { mac: '52:54:00:aa:00:01', vlan: vlan + 1 },
          evidence: 'learned',
          kind: 'rarp',
        })) as unknown as MigrationReport['nics'][number]['announced'],
        added: [],
        withdrawn: [],
        refused: Array.from({ length: 4 }, (_, vlan) => ({
          mac: '52:54:00:aa:00:02',
          vlan: vlan + 1,
          evidence: 'learned',
          reason: 'moved-away',
        })) as unknown as MigrationReport['nics'][number]['refused'],
        incomplete: [],
      },
    ],
  });

const told: ReportNotice[] = [];
const writer = (): ReportWriter => new ReportWriter(directory, clock, (notice) => void told.push(notice));

const timed = async (what: string, run: () => Promise<unknown>): Promise<void> => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  delay.enable();
  await run();
  delay.disable();
  const { system, user } = process.cpuUsage(cpu);
  console.log(
    `${what.padEnd(68)} ${(performance.now() - from).toFixed(0).padStart(7)} ms, ${((user + system) / 1000).toFixed(0).padStart(6)} ms of a core, event loop held at most ${(delay.max / 1e6).toFixed(0)} ms`,
  );
};

/** Prints what its main thread used when a process ends: what a machine with nothing else to do would take. */
const TELLS_CPU = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from 'node:fs';
  process.on('exit', () => {
    const words = readFileSync('/proc/self/task/' + process.pid + '/stat', 'utf8').split(') ')[1].split(' ');
    const all = process.cpuUsage();
    console.error((Number(words[11]) + Number(words[12])) * 10, Math.round((all.user + all.system) / 1000),
      Math.round(process.resourceUsage().maxRSS / 1024));
  });
`)}`;

/** Runs the command three times. */
const command = (...argv: readonly string[]): void => {
  const runs = Array.from({ length: 3 }, () => {
    const from = performance.now();
    const { stderr, stdout } = spawnSync(process.execPath, ['--import', TELLS_CPU, bin, ...argv], {
      maxBuffer: 1024 ** 3,
      encoding: 'utf8',
    });
    const [main = '', all = '', memory = ''] = stderr.trim().split('\n').at(-1)?.split(' ') ?? [];
    return { took: performance.now() - from, main, all, memory, lines: stdout.split('\n').length - 1 };
  });
  const each = (of: (run: (typeof runs)[0]) => string): string =>
    runs.map((run) => of(run).padStart(5)).join(' ');
  console.log(
    `${argv.join(' ').replace(`--report-dir ${directory}`, '').padEnd(36)}`,
    `${each(({ took }) => took.toFixed(0))} ms, main thread ${each(({ main }) => main)} ms, all threads ${each(({ all }) => all)} ms,`,
    `${runs[0]?.memory} MiB, ${runs[0]?.lines} lines`,
  );
};
const history = (...argv: readonly string[]): void => command('history', '--report-dir', directory, ...argv);

const makeReports = (): void => {
  for (let n = 0; n < many; n++) {
    const each = report(n);
    const at = Date.now() - ((many - n) / many) * 29 * DAY_MS;
    writeFileSync(join(directory, reportFileName(each, at)), `${JSON.stringify(each, undefined, 2)}\n`);
  }
};

if (given !== undefined) {
  makeReports(); // in a process of its own: the memory that it takes is not measured
  process.exit();
}

try {
  execFileSync(process.execPath, [...process.execArgv, self, `${many}`, directory]);
  console.log(`${many} reports, each of ${JSON.stringify(report(1), undefined, 2).length} bytes\n`);
  const memory = (): string => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`;
  console.log(`memory before: ${memory()}`);
  const first = writer();
  await timed('an agent starts: no index, each report is read', async () => {
    await first.start();
    await first.settled();
  });
  await first.close(1000);
  console.log(`index: ${(await stat(join(directory, 'index.jsonl'))).size} bytes`);
  const second = writer();
  await timed('an agent starts: the index is compared with each report', async () => {
    await second.start();
    await second.settled();
  });
  const before = report(0).guest;
  await timed('100 reports of one guest are written, then the directory is tidied', async () => {
    for (let n = 0; n < 100; n++) second.add({ ...report(n), guest: before }, Date.now());
    await second.settled();
  });
  await timed('1000 reports are written', async () => {
    for (let n = 0; n < 1000; n++) second.add(report(n), Date.now());
    await second.settled();
  });
  await second.close(1000);
  console.log(`lost: ${told.filter(({ kind }) => kind === 'lost').length}`);
  console.log(`memory at most: ${memory()}\n`);
  command('--version');
  history();
  history('--json');
  history('--since', '24h');
  history('--guest', 'guest-7');
  history('-n', '20');
  history('--outcome', 'failed', '--json');
  await rm(join(directory, 'index.jsonl'));
  history('--since', '24h', '--json');
  history();
} finally {
  await rm(directory, { recursive: true });
}
