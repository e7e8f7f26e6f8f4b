import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, sampleReport } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listReports } from './list-reports.js';
import { pendingReport } from './pending-report.js';
import { ReportDirectory } from './report-directory.js';
import { reportFileName } from './report-file-name.js';
import { INDEX_FILE, ReportIndex } from './report-index.js';
import { ReportKeeper } from './report-keeper.js';
import { DEFAULT_REPORT_KEEP, type ReportKeep } from './surplus-reports.js';

let directory: string;
let clock: FakeClock;
let keepers: ReportKeeper[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-keeper-'));
  clock = new FakeClock();
  keepers = [];
});
afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.close()));
  await rm(directory, { recursive: true });
});

const hour = 3_600_000;
const keeperWith = (keep: Partial<ReportKeep> = {}): ReportKeeper => {
  const all = { ...DEFAULT_REPORT_KEEP, ...keep };
  const keeper = new ReportKeeper(directory, new ReportIndex(directory), all, clock);
  keepers.push(keeper);
  return keeper;
};
const reports = (): ReportDirectory => new ReportDirectory(directory);
const write = (name: string, hoursAgo: number, epoch = 1) =>
  reports().write(pendingReport(sampleReport({ guest: { name }, epoch }), clock.now() - hoursAgo * hour));
const indexLines = async (): Promise<readonly string[]> =>
  (await readFile(join(directory, INDEX_FILE), 'utf8')).split('\n').filter((line) => line !== '');
const guests = async () => (await listReports(directory)).entries.map(({ guest }) => guest.name);

describe('at its start', () => {
  it('writes an index where there is none', async () => {
    for (let n = 0; n < 40; n++) await write(`g${n}`, 40 - n);
    const keeper = keeperWith();
    keeper.start();
    await keeper.settled();
    expect(await indexLines()).toHaveLength(40);
  });

  it('corrects an index that does not match the reports', async () => {
    const entry = await write('web', 1);
    await new ReportIndex(directory).append([{ ...entry, size: entry.size + 1, outcome: 'failed' }]);
    expect((await listReports(directory)).entries[0]?.outcome).toBe('failed');
    const keeper = keeperWith();
    keeper.start();
    await keeper.settled();
    expect((await listReports(directory)).entries).toEqual([entry]);
  });

  it('writes an index anew that is of no use', async () => {
    const entry = await write('web', 1);
    const gone = Array.from({ length: 300 }, (_, n) => ({ ...entry, file: `${n}.json` }));
    await new ReportIndex(directory).append([...gone, entry]);
    const keeper = keeperWith();
    keeper.start();
    await keeper.settled();
    expect(await indexLines()).toHaveLength(1);
  });

  it('of two agents keeps all reports in the list', async () => {
    for (let n = 0; n < 20; n++) await write(`g${n}`, 20 - n);
    const both = [keeperWith(), keeperWith()];
    for (const keeper of both) keeper.start();
    await Promise.all(both.map((keeper) => keeper.settled()));
    expect(await guests()).toHaveLength(20);
  });

  it('harms nobody where the directory is gone', async () => {
    await rm(directory, { recursive: true });
    const keeper = keeperWith();
    keeper.start();
    await keeper.settled();
    await mkdir(directory);
  });
});

describe('removes', () => {
  it('what is too old, within an hour of its time, and nothing that is no report of ours', async () => {
    const old = (name: string): string =>
      join(directory, reportFileName(sampleReport({ guest: { name } }), clock.now() - 100 * hour));
    await write('old', 23.5);
    await write('young', 1);
    await writeFile(join(directory, 'notes.txt'), '');
    await writeFile(old('notes'), '{ "mine": true }');
    await mkdir(old('folder'));
    await writeFile(join(directory, 'victim'), JSON.stringify(sampleReport()));
    await symlink('victim', old('link'));
    const others = (await readdir(directory)).filter((name) => !/^(old|young)-/.test(name));
    const keeper = keeperWith({ ageMs: 24 * hour });
    keeper.start();
    await keeper.settled();
    expect(await guests()).toEqual(['old', 'young']);
    await clock.advance(hour);
    await keeper.settled();
    expect(await guests()).toEqual(['young']);
    expect(await readdir(directory)).toEqual(expect.arrayContaining(others));
  });

  it('the oldest beyond the room, when a sixteenth of it was written', async () => {
    for (let n = 0; n < 20; n++) await write(`g${n}`, 20 - n);
    const keeper = keeperWith({ bytes: 16 * 4096 });
    keeper.wrote(await write('new', 0));
    await keeper.settled();
    expect(await guests()).toEqual([...Array.from({ length: 15 }, (_, n) => `g${n + 5}`), 'new']);
  });

  it('of one guest what is more than a thousand, when a hundred more were written, and nothing of others', async () => {
    const text = JSON.stringify(sampleReport());
    const name = (guest: string, n: number) =>
      reportFileName(sampleReport({ guest: { name: guest } }), clock.now() - hour + n);
    await Promise.all(
      Array.from({ length: 1500 }, (_, n) => writeFile(join(directory, name('web', n)), text)),
    );
    await writeFile(join(directory, name('web-e3', 0)), text);
    const keeper = keeperWith();
    for (let n = 0; n < 100; n++) keeper.wrote(await write('web', 0, n));
    await keeper.settled();
    const names = (await readdir(directory)).filter((each) => each !== INDEX_FILE);
    expect(names).toHaveLength(1000 + 1);
    expect(names).toContain(name('web-e3', 0));
    expect(names).toContain(name('web', 600));
    expect(names).not.toContain(name('web', 599));
    expect((await indexLines()).length).toBeLessThan(1300);
  });
});
