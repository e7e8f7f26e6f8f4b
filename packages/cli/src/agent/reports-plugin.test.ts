import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guest } from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import { sampleReport } from '@nic-herald/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReportDirectory } from './report-directory.js';
import { reportsPlugin } from './reports-plugin.js';

const report = sampleReport({ guest: { name: 'web' }, host: 'A', epoch: 3 });

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-reports-'));
});
afterEach(() => rm(directory, { recursive: true }));

const hostWith = (folder: string) =>
  composeHost([reportsPlugin(new ReportDirectory(folder), pino({ level: 'silent' }))], { name: 'A' });

it('keeps the agent from starting where there can be no reports', async () => {
  const file = join(directory, 'file');
  await writeFile(file, '');
  await expect(hostWith(file)).rejects.toMatchObject({ code: 'HERALD_REPORT_DIRECTORY' });
});

it('has written every report when the host is closed', async () => {
  const host = await hostWith(join(directory, 'reports'));
  for (let copy = 0; copy < 20; copy++) {
    host.bus.emit('announce:finished', { guest: {} as Guest, cause: 'migration', report });
  }
  await host.close();
  expect(await readdir(join(directory, 'reports'))).toHaveLength(20);
});
