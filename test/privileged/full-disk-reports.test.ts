import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, MigrationReport } from '@nic-herald/core';
import { listReports, type ReportNotice, ReportWriter, readReport } from '@nic-herald/reports';
import { sampleReport } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** Why a file system cannot be mounted here; undefined where it can. */
const mountMissing = (): string | undefined => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', tmpdir()], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs to mount a tmpfs';
  }
};

const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
const PAGE = 4096;
/** The longest pause between two tries is 30 s, and a test begins with short ones. */
const soon = { timeout: 15_000, interval: 50 };

let disk: string;
let directory: string;
let told: ReportNotice[];
let writer: ReportWriter;

const mount = (options = 'size=256k'): void =>
  void execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', disk]);
const unmount = (): void => void execFileSync('umount', [disk], { stdio: 'ignore' });

/** Takes all room but so many pages. */
const fill = async (butPages = 0): Promise<void> => {
  const { bfree } = statfsSync(disk);
  await writeFile(join(disk, 'filler'), Buffer.alloc((bfree - butPages) * PAGE));
};
const report = (epoch: number, over: Partial<MigrationReport> = {}): MigrationReport =>
  sampleReport({ guest: { name: 'web' }, epoch, id: `id-${epoch}`, ...over });
const add = (...reports: readonly MigrationReport[]): void => {
  for (const each of reports) writer.add(each, Date.now());
};
const kinds = () => told.map(({ kind }) => kind);
const kept = async () =>
  (await listReports(directory)).entries.map(({ epoch, revision }) => ({ epoch, revision }));
const waitingFor = (code: string) =>
  vi.waitFor(() => {
    expect(told.at(-1)).toMatchObject({
      kind: 'waiting',
      error: { code: 'HERALD_REPORT_DIRECTORY', message: expect.stringContaining(code) as string },
    });
  }, soon);
const over = (written: number) =>
  vi.waitFor(() => expect(told.at(-1)).toMatchObject({ kind: 'over', written, lost: 0 }), soon);

describe.skipIf(mountMissing() !== undefined)('reports of an agent', () => {
  beforeEach(async () => {
    disk = await mkdtemp(join(tmpdir(), 'nic-herald-disk-'));
    directory = join(disk, 'reports');
    told = [];
    mount();
    writer = new ReportWriter(directory, clock, (notice) => void told.push(notice));
    await writer.start();
    await writer.settled();
  });
  afterEach(async () => {
    await writer.close(1000);
    try {
      unmount();
    } catch {
      // a test had done so
    }
    await rm(disk, { recursive: true });
  });

  it('wait while the disk is full, are replaced by their later revisions, and are written in order', async () => {
    add(report(1));
    await vi.waitFor(() => expect(kinds()).toEqual(['written']), soon);
    await fill();
    add(report(2), report(3), report(1, { revision: 2, sections: { note: 'late' } }));
    await waitingFor('ENOSPC');
    add(report(3, { revision: 2 }), report(4));
    expect(writer.counts()).toEqual({ written: 1, waiting: 4, lost: 0 });
    expect((await readdir(directory)).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(await kept()).toEqual([{ epoch: 1, revision: 1 }]);
    await rm(join(disk, 'filler'));
    await over(4);
    const written = told.flatMap((notice) => (notice.kind === 'written' ? [notice.entry.epoch] : []));
    expect(written).toEqual([1, 2, 3, 1, 4]);
    const wanted = [
      { epoch: 1, revision: 2 },
      { epoch: 2, revision: 1 },
      { epoch: 3, revision: 2 },
      { epoch: 4, revision: 1 },
    ];
    expect(await kept()).toEqual(wanted);
    await rm(join(directory, 'index.jsonl'));
    expect(await kept()).toEqual(wanted);
    expect(kinds().filter((kind) => kind === 'waiting')).toHaveLength(1);
  });

  it('are all in the list where there was room for a report and none for its line in the index', async () => {
    await fill(1);
    add(report(1, { sections: { note: 'x'.repeat(3000) } }));
    await vi.waitFor(() => expect(kinds()).toContain('written'), soon);
    await writer.settled();
    expect(statfsSync(disk).bfree).toBe(0);
    expect(await kept()).toEqual([{ epoch: 1, revision: 1 }]);
    const [entry] = (await listReports(directory)).entries;
    expect((await readReport(directory, entry?.file ?? '')).report.sections?.['note']).toHaveLength(3000);
  });

  it('wait while the disk is read-only', async () => {
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    add(report(1), report(2));
    await waitingFor('EROFS');
    execFileSync('mount', ['-o', 'remount,rw', disk]);
    await over(2);
    expect(await kept()).toHaveLength(2);
  });

  it('wait while the disk is not mounted, and make no directory in its place', async () => {
    unmount();
    add(report(1), report(2));
    await waitingFor('ENOENT');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await readdir(disk)).toEqual([]);
    mount();
    await mkdir(directory);
    await over(2);
    expect(await kept()).toHaveLength(2);
  });

  it('are given back at the end where the disk is full', async () => {
    await fill();
    add(report(1), report(2));
    await waitingFor('ENOSPC');
    const from = performance.now();
    const left = await writer.close(2000);
    expect(performance.now() - from).toBeLessThan(5000);
    expect(left.map(({ entry }) => entry.epoch)).toEqual([1, 2]);
    expect((await readdir(directory)).filter((name) => !name.startsWith('index'))).toEqual([]);
  });
});
