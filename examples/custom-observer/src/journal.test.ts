import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GUEST_INTAKE, GUEST_MONITOR, type HeraldPlugin, type MigrationEvents } from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import { sampleReport } from '@nic-herald/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { plugin } from './journal.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(() => rm(directory, { recursive: true }));

const finished = (name: string): MigrationEvents['announce:finished'] => ({
  guest: {
    instance: name,
    identity: { name },
    hypervisor: { name: 'none', version: '1' },
    nics: () => Promise.resolve([]),
    inspect: () => expect.unreachable(),
  },
  cause: 'migration',
  report: sampleReport({ guest: { name }, host: 'A', epoch: 4 }),
});

it.each([
  ['no file', {}],
  ['an option that is none', { file: 'x', path: 'y' }],
])('refuses %s', async (_, written) => {
  expect(await plugin.options?.['~standard'].validate(written)).toHaveProperty('issues');
});

it('has a line for each announcement when the host is closed', async () => {
  const file = join(directory, 'moves');
  const host = await composeHost([plugin({ file })], { name: 'A' });
  host.bus.emit('announce:finished', finished('web-1'));
  host.bus.emit('announce:finished', finished('db'));
  await host.close();
  expect(await readFile(file, 'utf8')).toBe(
    'web-1 epoch 4, migration: announced\ndb epoch 4, migration: announced\n',
  );
});

it('does no harm where it cannot write, and the bus says so', async () => {
  const failed: unknown[] = [];
  const host = await composeHost([plugin({ file: directory })], { name: 'A' });
  host.bus.on('listener:failed', ({ event }) => failed.push(event));
  host.bus.emit('announce:finished', finished('web-1'));
  await expect.poll(() => failed).toEqual(['announce:finished']);
  await host.close();
});

it('is there before the first guest is', async () => {
  const file = join(directory, 'moves');
  const { guest } = finished('web-1');
  const monitor: HeraldPlugin = {
    name: 'monitor',
    contract: 2,
    install: (registrar) =>
      registrar.contribute(GUEST_MONITOR, {
        factory: ({ get }) => ({
          name: 'monitor',
          start: async () => get(GUEST_INTAKE).appeared({ guest, phase: 'running' }),
          close: async () => {},
        }),
      }),
  };
  const host = await composeHost([monitor, plugin({ file })], { name: 'A' });
  await host.announce(guest, { timing: { rounds: 0 } });
  await host.close();
  expect(await readFile(file, 'utf8')).toBe('web-1 epoch 0, manual: nothing-to-announce\n');
});
