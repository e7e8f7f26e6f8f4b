import { execFileSync } from 'node:child_process';
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
const directory = await mkdtemp(join(tmpdir(), 'nic-herald-history-bench-'));

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

const history = (...argv: readonly string[]): void => {
  const times = Array.from({ length: 3 }, () => {
    const from = performance.now();
    const all = ['history', '--report-dir', directory, ...argv];
    const out = execFileSync(process.execPath, [bin, ...all], { maxBuffer: 1024 ** 3, encoding: 'utf8' });
    return { ms: performance.now() - from, lines: out.split('\n').length - 2 };
  });
  const ms = times.map((each) => each.ms.toFixed(0).padStart(5)).join(' ');
  console.log(`history ${argv.join(' ')}`.padEnd(68), `${ms} ms, ${times[0]?.lines} lines of output`);
};

try {
  for (let n = 0; n < many; n++) {
    const each = report(n);
    const at = Date.now() - ((many - n) / many) * 29 * DAY_MS;
    writeFileSync(join(directory, reportFileName(each, at)), `${JSON.stringify(each, undefined, 2)}\n`);
  }
  console.log(`${many} reports, each of ${JSON.stringify(report(1), undefined, 2).length} bytes\n`);
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
  console.log(`memory of this process at most: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB\n`);
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
