import * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { sampleReport } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pendingReport } from './pending-report.js';
import { ReportDirectory } from './report-directory.js';
import { reportFileName } from './report-file-name.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  return { ...real, link: vi.fn(real.link), rename: vi.fn(real.rename), writeFile: vi.fn(real.writeFile) };
});
const { mkdtemp, readdir, readFile, rm, utimes, writeFile } = files;

const write = async (to: ReportDirectory | undefined, report: MigrationReport, finishedAt: number) =>
  (await to?.write(pendingReport(report, finishedAt)))?.file ?? '';
const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

const report = (name: string, epoch = 3): MigrationReport => sampleReport({ guest: { name }, epoch });
const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-reports-'));
});
afterEach(async () => {
  vi.mocked(files.link).mockReset();
  vi.mocked(files.rename).mockReset();
  vi.mocked(files.writeFile).mockReset();
  await rm(directory, { recursive: true });
});

describe('a report directory', () => {
  it('is made, and holds each report as JSON and nothing else', async () => {
    const reports = new ReportDirectory(join(directory, 'a', 'b'));
    await reports.start();
    const files = await Promise.all([write(reports, report('one'), at), write(reports, report('two'), at)]);
    expect((await readdir(reports.directory)).sort()).toEqual(files.toSorted((a, b) => (a < b ? -1 : 1)));
    const text = await readFile(join(reports.directory, files[1]), 'utf8');
    expect(JSON.parse(text)).toEqual(report('two'));
  });

  it('that cannot be made is an error that names it', async () => {
    await writeFile(join(directory, 'file'), '');
    const reports = new ReportDirectory(join(directory, 'file'));
    await expect(reports.start()).rejects.toMatchObject({ code: 'HERALD_REPORT_DIRECTORY' });
  });

  it('that went away costs one report, not the next', async () => {
    const reports = new ReportDirectory(join(directory, 'gone'));
    await expect(write(reports, report('lost'), at)).rejects.toMatchObject({
      code: 'HERALD_REPORT_DIRECTORY',
    });
    await reports.start();
    await expect(write(reports, report('kept'), at)).resolves.toContain('kept');
  });

  it.each([
    ['has hard links', undefined],
    ['has none (EPERM)', 'EPERM'],
    ['has none (ENOTSUP)', 'ENOTSUP'],
  ])('that %s keeps every report of one name, of two agents as well', async (_, code) => {
    if (code !== undefined) vi.mocked(files.link).mockImplementation(failing(code));
    const agents = [new ReportDirectory(directory), new ReportDirectory(directory)];
    const written = await Promise.all(
      Array.from({ length: 12 }, async (__, n) => ({
        n,
        name: await write(agents[n % 2], { ...report('web'), host: `${n}` }, at),
      })),
    );
    const stem = 'web-e3-migration-20260102T030405678Z';
    const wanted = Array.from({ length: 12 }, (__, n) =>
      n === 0 ? `${stem}.json` : `${stem}-${n + 1}.json`,
    );
    expect(new Set(await readdir(directory))).toEqual(new Set(wanted));
    for (const { n, name = '' } of written) {
      const kept = JSON.parse(await readFile(join(directory, name), 'utf8')) as MigrationReport;
      expect(kept.host).toBe(`${n}`);
    }
  });

  it('gives a later revision the time of the first: it keeps its place in a list', async () => {
    const reports = new ReportDirectory(directory);
    const first = { ...report('one'), id: 'id-1' };
    await reports.write(pendingReport(first, at));
    const later = await reports.write(pendingReport({ ...first, revision: 2 }, at + 5000));
    expect(later).toMatchObject({ revision: 2, at });
  });

  it('puts a later revision in the place of the one before, whenever it comes', async () => {
    const reports = new ReportDirectory(directory);
    const first = { ...report('web'), id: 'one' };
    const name = await write(reports, first, at);
    await write(reports, { ...first, revision: 2, sections: { note: 'early' } }, at + 1);
    const other = await write(reports, { ...report('web'), id: 'two' }, at);
    const last = { ...first, revision: 3, sections: { note: 'late' } };
    expect(await write(reports, last, at + 60_000)).toBe(name);
    expect(new Set(await readdir(directory))).toEqual(new Set([name, other]));
    expect(JSON.parse(await readFile(join(directory, name), 'utf8'))).toEqual(last);
  });

  it('overwrites nothing that it did not write, a link that leads nowhere included', async () => {
    await writeFile(join(directory, 'victim'), 'untouched');
    await files.symlink('victim', join(directory, reportFileName(report('web'), at)));
    await files.symlink('nowhere', join(directory, reportFileName(report('web'), at, 2)));
    const reports = new ReportDirectory(directory);
    expect(await write(reports, report('web'), at)).toBe(reportFileName(report('web'), at, 3));
    expect(await readFile(join(directory, 'victim'), 'utf8')).toBe('untouched');
  });

  it.each([
    [
      'cannot be written',
      () =>
        vi.mocked(files.writeFile).mockImplementationOnce(async (path) => {
          await files.appendFile(path, 'half');
          throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        }),
    ],
    ['cannot be named', () => vi.mocked(files.link).mockImplementationOnce(failing('EIO'))],
    [
      'cannot be renamed, where there are no hard links',
      () => {
        vi.mocked(files.link).mockImplementationOnce(failing('EPERM'));
        vi.mocked(files.rename).mockImplementationOnce(failing('EIO'));
      },
    ],
    ['has no free name', () => vi.mocked(files.link).mockImplementation(failing('EEXIST'))],
  ])('keeps nothing of a report that %s', async (_, arrange) => {
    arrange();
    await expect(write(new ReportDirectory(directory), report('lost'), at)).rejects.toMatchObject({
      code: 'HERALD_REPORT_DIRECTORY',
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('is rid, at the start, of what an agent that died left unfinished', async () => {
    const name = reportFileName(report('web'), at);
    const [old, older, young, foreign] = [
      `.${name}.12-ab.tmp`,
      `.${name}.12.tmp`,
      `.${name}.13-cd.tmp`,
      '.mine.tmp',
    ];
    for (const each of [old, older, young, foreign]) await writeFile(join(directory, each), 'half');
    for (const each of [old, older, foreign]) await utimes(join(directory, each), 1, 1);
    await new ReportDirectory(directory).start();
    expect(new Set(await readdir(directory))).toEqual(new Set([young, foreign]));
  });
});
