import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeHost } from '@nic-herald/host';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../config/load-config.js';
import { takePlugins } from '../plugins/take-plugins.js';
import { agentPlugins } from './agent-plugins.js';

// a libvirt of the machine that runs the tests is none of theirs
vi.mock('../plugins/found-here.js', () => ({ foundHere: () => ({}) }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-replaced-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Composes and starts what an agent with this herald.yaml would be, and closes it again. */
const compose = async (yaml: string) => {
  const path = join(folder, 'herald.yaml');
  await writeFile(path, yaml);
  const taken = await takePlugins({ qmp: [] }, await loadConfig(path));
  const host = await composeHost(
    agentPlugins({ rules: {} }, taken.plugins, pino({ level: 'silent' }), undefined),
    {
      name: 'A',
    },
  );
  const brought = Object.fromEntries(
    host
      .describe()
      .plugins.map(({ plugin, registrations }) => [plugin, registrations.map(({ token }) => token)]),
  );
  await host.close();
  return brought;
};

describe('a host that leaves built-ins out', () => {
  it('starts without any privilege where that is the sink and the learner', async () => {
    const brought = await compose(
      `monitors: { qemu: { sockets: ['*.qmp'] } }\nplugins:\n${['sink-linux', 'learner-linux']
        .map((name) => `  - { use: '@nic-herald/${name}', enabled: false }\n`)
        .join('')}`,
    );
    const tokens = Object.values(brought).flat();
    expect(tokens).not.toContain('core/frame-sink');
    expect(tokens).not.toContain('core/station-learner');
    expect(tokens).toContain('core/guest-monitor');
  });

  it('takes another version of one by its path, under the same name', async () => {
    await writeFile(
      join(folder, 'sink.mjs'),
      `export const plugin = () => ({ name: '@nic-herald/sink-linux', contract: 2, install: (registrar) =>
         registrar.contribute(Symbol.for('nic-herald/core/frame-sink[]@1'), { value: { name: 'newer' } }) });`,
    );
    const others = "monitors: { qemu: { sockets: ['*.qmp'] } }\nplugins:\n  - ./sink.mjs\n";
    const without = (name: string): string => `  - { use: '@nic-herald/${name}', enabled: false }\n`;
    await expect(compose(`${others}${without('learner-linux')}`)).rejects.toMatchObject({
      code: 'HERALD_PLUGIN_DUPLICATE',
    });
    const brought = await compose(`${others}${without('learner-linux')}${without('sink-linux')}`);
    expect(brought['@nic-herald/sink-linux']).toEqual(['core/frame-sink']);
  });

  it("takes a stranger's monitor in place of ours, although a section names sockets", async () => {
    await writeFile(
      join(folder, 'monitor.mjs'),
      `export const plugin = () => ({ name: 'acme-monitor', contract: 2, install: (registrar) =>
         registrar.contribute(Symbol.for('nic-herald/core/guest-monitor[]@1'), { value: { name: 'acme', start: async () => {}, close: async () => {} } }) });`,
    );
    const brought = await compose(
      `monitors: { qemu: { sockets: ['*.qmp'] } }\nplugins:\n  - ./monitor.mjs\n${[
        'monitor-qemu',
        'sink-linux',
        'learner-linux',
      ]
        .map((name) => `  - { use: '@nic-herald/${name}', enabled: false }\n`)
        .join('')}`,
    );
    expect(brought).not.toHaveProperty('@nic-herald/monitor-qemu');
    expect(brought).toHaveProperty('acme-monitor', ['core/guest-monitor']);
  });
});
