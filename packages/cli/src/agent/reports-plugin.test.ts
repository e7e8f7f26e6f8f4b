import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guest } from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import { sampleReport } from '@nic-herald/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reportsPlugin } from './reports-plugin.js';

const report = sampleReport({ guest: { name: 'web' }, host: 'A', epoch: 3 });

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-reports-'));
});
afterEach(() => rm(directory, { recursive: true }));

const hostWith = (folder: string) =>
  composeHost([reportsPlugin({ directory: folder }, pino({ level: 'silent' }))], { name: 'A' });

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
  const files = (await readdir(join(directory, 'reports'))).filter((name) => name.endsWith('.json'));
  expect(files).toHaveLength(20);
});

it('writes a hundred reports of one guest in ten minutes, of another guest as ever, and says how many it left out', async () => {
  const folder = join(directory, 'reports');
  const lines: { msg: string }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as { msg: string }) };
  const plugin = reportsPlugin({ directory: folder }, pino({ level: 'warn' }, destination));
  const host = await composeHost([plugin], { name: 'A' });
  const flapping = (id: string, revision = 1) => ({ ...report, id, revision });
  for (let times = 0; times < 150; times++) {
    const first = flapping(`${times}`);
    host.bus.emit('announce:finished', { guest: {} as Guest, cause: 'migration', report: first });
    host.bus.emit('announce:revised', { guest: {} as Guest, report: flapping(`${times}`, 2) });
  }
  const other = sampleReport({ guest: { name: 'db' }, host: 'A', epoch: 1 });
  host.bus.emit('announce:finished', { guest: {} as Guest, cause: 'migration', report: other });
  await host.close();
  const names = await readdir(folder);
  expect(names.filter((name) => name.startsWith('web-'))).toHaveLength(100);
  expect(names.filter((name) => name.startsWith('db-'))).toHaveLength(1);
  expect(lines.map(({ msg }) => msg)).toEqual(['guest web: 50 more reports in 600 s were not written']);
});
