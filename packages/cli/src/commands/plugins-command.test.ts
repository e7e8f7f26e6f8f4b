import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { capturedIo } from '../../test/captured-io.js';
import type { AgentDescription } from '../plugins/agent-description.js';
import { pluginsCommand } from './plugins-command.js';

// a libvirt of the machine that runs the tests is none of theirs
vi.mock('../plugins/found-here.js', () => ({ foundHere: () => ({}) }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-plugins-command-'));
  await writeFile(
    join(folder, 'policy.mjs'),
    `export const plugin = () => ({ name: 'acme-policy', contract: 2, install: (registrar) =>
       registrar.provide(Symbol.for('nic-herald/core/announce-policy@1'), { value: { name: 'acme', forGuest() {} } }) });`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const describeWith = async (yaml: string): Promise<AgentDescription | undefined> => {
  const config = join(folder, 'herald.yaml');
  await writeFile(config, yaml);
  const { io, out } = capturedIo({ env: { XDG_RUNTIME_DIR: folder } });
  await pluginsCommand({ config, json: true }, io);
  return (JSON.parse(out()) as readonly AgentDescription[])[0];
};

const policies = (agent: AgentDescription | undefined): readonly string[] =>
  (agent?.plugins ?? [])
    .filter(({ registrations }) => registrations.some(({ token }) => token === 'core/announce-policy'))
    .map(({ plugin }) => plugin);

describe('nic-herald plugins --config', () => {
  it.each([
    ['the default policy', 'monitors: { qemu: { sockets: [a.qmp] } }', '@nic-herald/host'],
    [
      'the rules of the file',
      'trust: primary\nmonitors: { qemu: { sockets: [a.qmp] } }',
      'nic-herald/policy',
    ],
    ["a plugin's policy", 'plugins: [./policy.mjs]', 'acme-policy'],
  ])('composes %s', async (_, yaml, plugin) => {
    expect(policies(await describeWith(yaml))).toEqual([plugin]);
  });

  it("refuses rules of the file beside a plugin's policy, naming both", async () => {
    const composing = describeWith('plugins: [./policy.mjs]\ntrust: primary');
    await expect(composing).rejects.toThrow(
      /nic-herald\/policy.*acme-policy|acme-policy.*nic-herald\/policy/,
    );
  });

  it('tells why each plugin is there, and what was left out', async () => {
    const agent = await describeWith(
      "trust: primary\nmonitors: { qemu: { sockets: [a.qmp] } }\nplugins:\n  - { use: '@nic-herald/sink-linux', enabled: false }\n",
    );
    const config = join(folder, 'herald.yaml');
    const because = Object.fromEntries(
      agent?.plugins.map(({ plugin, source, because: why }) => [plugin, `${source}: ${why}`]) ?? [],
    );
    expect(because).toMatchObject({
      '@nic-herald/model-e1000': 'built-in: always',
      '@nic-herald/monitor-qemu': `built-in: monitors.qemu.sockets (${config}:2)`,
      'nic-herald/policy': 'built-in: rules of herald.yaml, or --observe',
      '@nic-herald/host': 'built-in: always',
    });
    expect(agent?.leftOut).toEqual([
      { plugin: '@nic-herald/sink-linux', because: `plugins.0 (${config}:4)` },
    ]);
  });

  it('tells where each plugin comes from, and starts none', async () => {
    const agent = await describeWith('plugins: [./policy.mjs]');
    const origins = Object.fromEntries(agent?.plugins.map(({ plugin, origin }) => [plugin, origin]) ?? []);
    expect(origins['acme-policy']).toEqual({ path: join(folder, 'policy.mjs') });
    expect(origins['@nic-herald/model-e1000']).toMatchObject({ version: '0.1.0' });
    expect(origins['@nic-herald/control']).toMatchObject({ version: '0.1.0' });
    expect(JSON.stringify(agent)).not.toContain('startMs');
  });
});
