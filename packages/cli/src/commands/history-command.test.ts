import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import { reportFileName } from '@nic-herald/reports';
import { sampleReport } from '@nic-herald/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ran } from '../../test/captured-io.js';

let root: string;
let directory: string;
let config: string;
const hour = 3_600_000;
const ids = ['aaaa0000-1', 'aaaa1111-2', 'bbbb0000-3'] as const;

const keep = (report: MigrationReport, hoursAgo: number): Promise<void> =>
  writeFile(
    join(directory, reportFileName(report, Date.now() - hoursAgo * hour)),
    JSON.stringify(report, undefined, 2),
  );

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nic-herald-history-'));
  directory = join(root, 'reports');
  config = join(root, 'herald.yaml');
  await mkdir(directory);
  await mkdir(join(root, 'empty'));
  await writeFile(config, 'reports: { directory: reports }\n');
  await writeFile(join(root, 'none.yaml'), 'host: A\n');
  await keep(sampleReport({ guest: { name: 'old\u001b[31m' }, id: ids[0] }), 30);
  await keep(
    sampleReport({
      guest: { name: 'web-1' },
      id: ids[1],
      outcome: 'failed',
      warnings: [{ code: 'HERALD_NIC_NO_PORT', message: 'nic0 has no port' }],
    }),
    2,
  );
  await keep(sampleReport({ guest: { name: 'db' }, id: ids[2], resumedAt: 1000, lastFrameAt: 1001.25 }), 1);
});
afterAll(() => rm(root, { recursive: true }));

const history = (...argv: readonly string[]) => ran(['history', ...argv]);
const guests = (out: string): readonly string[] =>
  (JSON.parse(out) as { guest: { name: string } }[]).map(({ guest }) => guest.name);

describe('history refuses', () => {
  it.each([
    ['a time that is none', ['--since', 'soon'], 2, "option '--since <time>' argument 'soon' is invalid"],
    ['a day that is none', ['--since', '2026-13-01'], 2, "argument '2026-13-01' is invalid"],
    ['an outcome that is none', ['--outcome', 'fine'], 2, 'Allowed choices are announced, observed'],
    ['to show the last none', ['--last', '0'], 2, 'from 1 to 1000000'],
    ['a directory that is not there', ['--report-dir', '/nowhere/at/all'], 1, 'ENOENT'],
    ['a file that is not there', ['--config', '/nowhere/herald.yaml'], 2, 'HERALD_CONFIG_UNREADABLE'],
  ])('%s', async (_, argv, status, err) => {
    const told = await history(...argv);
    expect(told).toMatchObject({ status, out: '', err: expect.stringContaining(err) as string });
  });

  it('to guess where a herald.yaml names no directory', async () => {
    const { err, status } = await history('--config', join(root, 'none.yaml'));
    expect([status, err]).toEqual([2, expect.stringContaining('names no reports.directory')]);
  });

  it('a report that is not there, and one that may be several', async () => {
    expect(await history('cccc', '--config', config)).toMatchObject({
      status: 1,
      err: expect.stringMatching(/no report 'cccc'.*HERALD_REPORT_UNKNOWN/s) as string,
    });
    expect(await history('aaaa', '--config', config)).toMatchObject({
      status: 1,
      err: expect.stringContaining(`${ids[0]}, ${ids[1]}`) as string,
    });
  });
});

describe('history shows', () => {
  it('a line for each, the newest last, as wide as a terminal', async () => {
    const { err, out, status } = await history('--config', config);
    expect([status, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^TIME +ID +GUEST +CAUSE +OUTCOME +SENT REFUSED LAST MS +WARNINGS$/);
    expect(lines[1]).toContain('old\\x1b[31m');
    expect(lines[2]).toMatch(/aaaa1111 {2}web-1 +migration {2}failed +0 +0 +- +NIC_NO_PORT$/);
    expect(lines[3]).toMatch(/bbbb0000 {2}db +migration {2}announced +0 +0 +1\.[23]$/);
    expect(
      Math.max(...lines.map((line) => line.replace(/ {2}(WARNINGS|NIC_NO_PORT)$/, '').length)),
    ).toBeLessThanOrEqual(80);
    expect(out).not.toContain('\u001b');
  });

  it.each([
    ['since a day ago', ['--since', '24h'], ['web-1', 'db']],
    ['of one guest', ['--guest', 'db'], ['db']],
    ['by outcome', ['--outcome', 'failed'], ['web-1']],
    ['the last', ['-n', '1'], ['db']],
  ])('as JSON, those %s', async (_, argv, wanted) => {
    const { out, status } = await history('--report-dir', directory, '--json', ...argv);
    expect([status, guests(out)]).toEqual([0, wanted]);
  });

  it('that there is nothing', async () => {
    const empty = join(root, 'empty');
    expect(await history('--report-dir', empty)).toEqual({
      status: 0,
      out: '',
      err: `nic-herald: ${empty} has no reports\n`,
    });
    expect(await history('--report-dir', empty, '--json')).toMatchObject({ status: 0, out: '[]\n', err: '' });
    const { err } = await history('--config', config, '--guest', 'nobody');
    expect(err).toContain('has no report that was asked for');
  });

  it('one report as a whole', async () => {
    const { out, status } = await history('aaaa1', '--config', config);
    expect(status).toBe(0);
    expect(out).toContain('web-1 could not be announced');
    expect(out).toContain('nic0 has no port (HERALD_NIC_NO_PORT)');
    expect(out).toMatch(/id +aaaa1111-2, revision 1/);
    const json = await history(ids[2], '--config', config, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ format: 1, id: ids[2], guest: { name: 'db' } });
  });

  it('what can be read, and tells what cannot', async () => {
    const torn = reportFileName(sampleReport({ guest: { name: 'torn' } }), Date.now());
    await writeFile(join(directory, torn), '{"format": 1,');
    const { err, out, status } = await history('--config', config, '--json');
    await rm(join(directory, torn));
    expect([status, guests(out)]).toEqual([1, ['old\u001b[31m', 'web-1', 'db']]);
    expect(err).toMatch(/torn-e1.*cannot be read: it is not JSON, or cut \(HERALD_REPORT_UNREADABLE\)\n$/);
  });
});
