import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReportDirectory, reportFileName } from './report-directory.js';

const report = (name: string, epoch = 3): MigrationReport => ({
  format: 1,
  guest: { name },
  host: 'B',
  epoch,
  cause: 'migration',
  outcome: 'announced',
  snapshots: [],
  rounds: [],
  nics: [],
  warnings: [],
});
const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-reports-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the name of a report', () => {
  it.each([
    ['a plain name', 'web-1', 'web-1-e3-migration-20260102T030405678Z.json'],
    ['a name that is a path', '../../etc/passwd', '_._.._etc_passwd-e3-migration-20260102T030405678Z.json'],
    ['a name that hides', '.web', '_web-e3-migration-20260102T030405678Z.json'],
    ['a name of control characters', 'a\n\0b', 'a__b-e3-migration-20260102T030405678Z.json'],
    ['a very long name', 'x'.repeat(256), `${'x'.repeat(80)}-e3-migration-20260102T030405678Z.json`],
  ])('of a guest with %s', (_, name, file) => {
    expect(reportFileName(report(name), at)).toBe(file);
  });
});

describe('a report directory', () => {
  it('is made, and holds each report as JSON and nothing else', async () => {
    const reports = new ReportDirectory(join(directory, 'a', 'b'));
    await reports.start();
    const files = await Promise.all([reports.write(report('one'), at), reports.write(report('two'), at)]);
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
    await expect(reports.write(report('lost'), at)).rejects.toMatchObject({
      code: 'HERALD_REPORT_DIRECTORY',
    });
    await reports.start();
    await expect(reports.write(report('kept'), at)).resolves.toContain('kept');
  });

  it('of a slow disk loses reports rather than memory', async () => {
    const reports = new ReportDirectory(directory);
    const written = Array.from({ length: 300 }, (_, epoch) =>
      reports.write(report('busy', epoch), at).then(
        () => 'written',
        () => 'lost',
      ),
    );
    const outcomes = await Promise.all(written);
    expect(outcomes.filter((outcome) => outcome === 'lost')).toHaveLength(44);
    await expect(reports.write(report('later'), at)).resolves.toContain('later');
  });
});
