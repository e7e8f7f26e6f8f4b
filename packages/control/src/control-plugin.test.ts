import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostService } from '@nic-herald/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ControlClient } from './control-client.js';
import { type ControlOptions, control, plugin } from './control-plugin.js';
import type { ControlledHost } from './control-routes.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-control-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

const host = {
  name: 'A',
  guests: () => [],
  describe: () => ({ host: 'A', plugins: [] }),
} as unknown as ControlledHost;

/** The service as a host constructs it. */
const serviceOf = (options: ControlOptions): HostService => {
  let made: unknown;
  control(options).install({
    provide: () => expect.unreachable(),
    contribute: (_, provider) => {
      made =
        'factory' in provider ? provider.factory({ get: () => host as never, all: () => [] }) : undefined;
    },
  });
  return made as HostService;
};
const { signal } = new AbortController();

describe('the control socket as a plugin', () => {
  it.each([
    ['a path that is none', { socket: '' }],
    ['a path that is no text', { socket: 7 }],
    ['an option that is none', { path: '/run/a.sock' }],
  ])('refuses %s', async (_, written) => {
    const checked = await plugin.options?.['~standard'].validate(written);
    expect(checked).toHaveProperty('issues');
  });

  it('answers from its start to its close', async () => {
    const socket = join(directory, 'a.sock');
    const service = serviceOf({ socket });
    await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
    await service.start?.({ signal });
    expect(await new ControlClient(socket).guests()).toEqual([]);
    await service.close?.();
    await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('closes though it could not start', async () => {
    const socket = join(directory, 'a.sock');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(socket, resolve));
    const service = serviceOf({ socket });
    await expect(service.start?.({ signal })).rejects.toMatchObject({ code: 'HERALD_CONTROL_BUSY' });
    await service.close?.();
    other.close();
  });

  it('leaves nothing behind where its start was given up', async () => {
    const socket = join(directory, 'a.sock');
    const service = serviceOf({ socket });
    const starting = service.start?.({ signal });
    await service.close?.();
    await starting;
    await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is where it is looked for, by the name of its host', async () => {
    vi.stubEnv('XDG_RUNTIME_DIR', directory);
    vi.spyOn(process, 'geteuid').mockReturnValue(12345);
    const service = serviceOf({});
    vi.restoreAllMocks(); // the directory is that of the user who runs this
    await service.start?.({ signal });
    expect(await new ControlClient(join(directory, 'nic-herald', 'A.sock')).guests()).toEqual([]);
    await service.close?.();
  });
});
