import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guest, MigrationReport } from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import { sampleReport } from '@nic-herald/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
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

it('tells once that reports wait, and that it is over, and has what cannot be written at the end in the log', async () => {
  const folder = join(directory, 'reports');
  const lines: { msg: string; code?: string; report?: unknown; guest?: string; epoch?: number }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[0]) };
  const plugin = reportsPlugin({ directory: folder }, pino({ level: 'warn' }, destination));
  const host = await composeHost([plugin], { name: 'A' });
  const emit = (each: MigrationReport) =>
    host.bus.emit('announce:finished', { guest: {} as Guest, cause: 'migration', report: each });
  const reported = (epoch: number, long = '') => ({ ...report, id: `${epoch}`, epoch, sections: { long } });
  await rm(folder, { recursive: true });
  emit(reported(1));
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  expect(lines[0]).toMatchObject({
    code: 'HERALD_REPORT_DIRECTORY',
    msg: expect.stringMatching(/ENOENT.*reports wait in memory \(now 1\)/) as string,
  });
  await mkdir(folder);
  await vi.waitFor(() => expect(lines).toHaveLength(2), 5000);
  expect(lines[1]?.msg).toMatch(
    /reports are written again after \d+ s: 1 that waited were written, 0 were lost/,
  );
  await rm(folder, { recursive: true });
  emit(reported(2));
  emit(reported(3, 'x'.repeat(20_000)));
  await vi.waitFor(() => expect(lines).toHaveLength(3));
  await host.close();
  expect(lines.slice(3)).toMatchObject([
    { code: 'HERALD_REPORT_LOST', guest: 'web', epoch: 2, report: reported(2) },
    { code: 'HERALD_REPORT_LOST', guest: 'web', epoch: 3 },
  ]);
  expect(lines[4]?.report).toBeUndefined();
  expect(lines[4]?.msg).toBe('a report could not be written before the end, and is too long for the log');
});

it('counts for its host what was written, what waits and what is lost', async () => {
  const folder = join(directory, 'reports');
  await using host = await hostWith(folder);
  const emit = (epoch: number): void =>
    host.bus.emit('announce:finished', {
      guest: {} as Guest,
      cause: 'migration',
      report: sampleReport({ guest: { name: `web-${epoch}` }, host: 'A', epoch, id: `${epoch}` }),
    });
  expect(host.stats().reports).toEqual({ written: 0, waiting: 0, lost: 0 });
  emit(1);
  await vi.waitFor(() => expect(host.stats().reports).toEqual({ written: 1, waiting: 0, lost: 0 }));
  await rm(folder, { recursive: true });
  for (let epoch = 2; epoch < 1005; epoch++) emit(epoch);
  await vi.waitFor(() => expect(host.stats().reports).toEqual({ written: 1, waiting: 1000, lost: 3 }));
  await mkdir(folder);
  await vi.waitFor(
    () => expect(host.stats().reports).toEqual({ written: 1001, waiting: 0, lost: 3 }),
    20_000,
  );
});
