import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { sampleReport } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findReports } from './find-reports.js';
import { listReports, type ReportQuery } from './list-reports.js';
import { pendingReport } from './pending-report.js';
import { ReportDirectory } from './report-directory.js';
import { reportFileName } from './report-file-name.js';
import { INDEX_FILE, ReportIndex } from './report-index.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-list-'));
});
afterEach(() => rm(directory, { recursive: true }));

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const uuid = '9b1c5d3e-1111-4222-8333-00000000000a';
const reports: readonly MigrationReport[] = [
  sampleReport({ guest: { name: 'web' }, id: 'aaaa-1' }),
  sampleReport({ guest: { name: 'db', uuid }, id: 'aaaa-2', outcome: 'failed' }),
  sampleReport({ guest: { name: 'web' }, id: 'bbbb-3', cause: 'late', epoch: 2 }),
  sampleReport({ guest: { name: 'web' }, id: 'bbbb-4', outcome: 'failed', epoch: 3 }),
];

/** Writes all reports, a minute apart, the newest first; with lines in the index or without. */
const written = async (isIndexed: boolean): Promise<void> => {
  const to = new ReportDirectory(directory);
  const index = new ReportIndex(directory);
  for (const [n, report] of [...reports.entries()].reverse()) {
    const entry = await to.write(pendingReport(report, at + n * 60_000));
    if (isIndexed) await index.append([entry]);
  }
};
const ids = async (query: ReportQuery = {}) => {
  const { entries, unreadableCount } = await listReports(directory, query);
  expect(unreadableCount).toBe(0);
  return entries.map(({ id }) => id);
};

describe.each([
  ['with an index', true],
  ['without an index', false],
])('a directory %s', (_, isIndexed) => {
  it.each<[string, ReportQuery, readonly string[]]>([
    ['all, the oldest first', {}, ['aaaa-1', 'aaaa-2', 'bbbb-3', 'bbbb-4']],
    ['those since a time, itself included', { since: at + 120_000 }, ['bbbb-3', 'bbbb-4']],
    ['none since a time to come', { since: at + 1e9 }, []],
    ['those of a guest by its name', { guest: 'web' }, ['aaaa-1', 'bbbb-3', 'bbbb-4']],
    ['those of a guest by its UUID, in whatever case', { guest: uuid.toUpperCase() }, ['aaaa-2']],
    ['those of a guest with both by its name', { guest: 'db' }, ['aaaa-2']],
    ['none of a guest nobody knows', { guest: 'we' }, []],
    ['those that failed', { outcome: 'failed' }, ['aaaa-2', 'bbbb-4']],
    ['the last', { last: 1 }, ['bbbb-4']],
    ['the last two of a guest', { guest: 'web', last: 2 }, ['bbbb-3', 'bbbb-4']],
    ['all where more are asked for', { last: 9 }, ['aaaa-1', 'aaaa-2', 'bbbb-3', 'bbbb-4']],
  ])('lists %s', async (__, query, wanted) => {
    await written(isIndexed);
    expect(await ids(query)).toEqual(wanted);
  });
});

describe('a directory', () => {
  it('that is not there, or is a file, is told of', async () => {
    await expect(listReports(join(directory, 'nowhere'))).rejects.toMatchObject({
      code: 'HERALD_REPORT_DIRECTORY',
      message: expect.stringContaining('ENOENT') as string,
    });
    await writeFile(join(directory, 'file'), '');
    await expect(listReports(join(directory, 'file'))).rejects.toMatchObject({
      code: 'HERALD_REPORT_DIRECTORY',
    });
  });

  it('with an index that is damaged, or lies of files that are not there, lists what there is', async () => {
    await written(true);
    await rm(join(directory, reportFileName(reports[1] as MigrationReport, at + 60_000)));
    const index = join(directory, INDEX_FILE);
    const first = reportFileName(reports[0] as MigrationReport, at);
    await writeFile(index, `{"file":"${first}","at":1}\n`, { flag: 'a' });
    expect(await ids()).toEqual(['aaaa-1', 'bbbb-3', 'bbbb-4']);
    await writeFile(index, Buffer.alloc(100_000, 0xff));
    expect(await ids()).toEqual(['aaaa-1', 'bbbb-3', 'bbbb-4']);
  });

  it('tells which reports cannot be read, and why, and lists the others', async () => {
    await written(true);
    const named = (name: string) => join(directory, reportFileName(sampleReport({ guest: { name } }), at));
    await writeFile(named('torn'), '{"format": 1, "rev');
    await writeFile(named('empty'), '');
    await writeFile(named('other'), '{"format": 2}');
    await writeFile(named('odd'), JSON.stringify({ ...sampleReport(), nics: [{ nic: 7 }] }));
    await writeFile(named('deep'), '['.repeat(200_000));
    await mkdir(named('folder'));
    await symlink('/etc/passwd', named('link'));
    await writeFile(join(directory, 'notes.txt'), 'no report');
    const { entries, unreadable, unreadableCount } = await listReports(directory);
    expect(entries).toHaveLength(4);
    expect(unreadableCount).toBe(7);
    const told = unreadable.map(({ code, message }) => `${code} ${message}`).join('\n');
    for (const why of ['cut', 'empty', 'format', 'nics.0.nic', 'no plain file', 'ELOOP']) {
      expect(told).toContain(why);
    }
    expect(unreadable.every(({ code }) => code === 'HERALD_REPORT_UNREADABLE')).toBe(true);
  });
});

describe('a report is found', () => {
  const entries = () => listReports(directory).then((list) => list.entries);
  it.each<[string, string, number]>([
    ['by its id', 'aaaa-1', 1],
    ['by the beginning of its id', 'bbbb', 2],
    ['by its file', reportFileName(reports[0] as MigrationReport, at), 1],
    ['by its file without .json', reportFileName(reports[0] as MigrationReport, at).slice(0, -5), 1],
    ['not by three characters', 'aaa', 0],
    ['not by what no id begins with', 'cccc', 0],
  ])('%s', async (_, named, count) => {
    await written(true);
    expect(findReports(await entries(), named)).toHaveLength(count);
  });
});
