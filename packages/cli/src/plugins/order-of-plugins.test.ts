import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describePlugins } from '@nic-herald/host';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { agentPlugins } from '../agent/agent-plugins.js';
import { type LoadedConfig, loadConfig } from '../config/load-config.js';
import { withOrigins } from './agent-description.js';
import { takePlugins } from './take-plugins.js';

// a libvirt of the machine that runs the tests is none of theirs
vi.mock('./found-here.js', () => ({ foundHere: () => ({}) }));

/** A token of a multiplicity, as a stranger's copy of core would name it. */
const contributing = (token: string, ...names: readonly string[]): string =>
  names
    .map(
      (name) =>
        `registrar.contribute(Symbol.for('nic-herald/core/${token}@1'), { value: { name: '${name}', type: '${name}' } });`,
    )
    .join(' ');
const STRANGERS: Readonly<Record<string, string>> = {
  zebra: contributing('frame-sink', 'zebra-sink'),
  acme: contributing('frame-sink', 'acme-sink', 'acme-second'),
  midway: contributing('station-learner', 'midway-learner'),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-order-'));
  for (const [name, install] of Object.entries(STRANGERS)) {
    await mkdir(join(folder, name));
    await writeFile(
      join(folder, name, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', type: 'module', main: 'index.js' }),
    );
    await writeFile(
      join(folder, name, 'index.js'),
      `export const plugin = () => ({ name: '${name}', contract: 2, install: (registrar) => { ${install} } });`,
    );
  }
});
afterAll(() => rm(folder, { recursive: true }));

const ENTRIES = [
  ...Object.keys(STRANGERS).map((name) => ({ use: `./${name}` })),
  { use: '@nic-herald/sink-linux', enabled: false },
  { use: '@nic-herald/learner-linux', with: { inKernel: false } },
  { use: '@nic-herald/monitor-qemu', with: { sockets: ['a/*.qmp'] } },
  { use: '@nic-herald/handoff-directory', with: { directory: 'h' } },
];

/** What an agent would be composed of, but for times and the places in the file. */
const composed = async (entries: readonly object[]): Promise<unknown> => {
  const path = join(folder, 'herald.yaml');
  await writeFile(path, JSON.stringify({ plugins: entries })); // JSON is YAML
  const file: LoadedConfig = await loadConfig(path);
  const taken = await takePlugins({ qmp: [] }, file);
  const plugins = describePlugins(
    agentPlugins({ rules: {} }, taken.plugins, pino({ level: 'silent' }), undefined),
  );
  const { plugins: described, leftOut = [] } = withOrigins({ host: 'A', plugins }, taken);
  return {
    plugins: described.map(({ because: _, registrations, ...plugin }) => ({
      ...plugin,
      registrations: registrations.map(({ constructMs: _ms, ...registration }) => registration),
    })),
    leftOut: leftOut.map(({ plugin }) => plugin),
  };
};

it('the order in which plugins are written means nothing', async () => {
  const reference = await composed(ENTRIES);
  expect(JSON.stringify(reference)).toContain('acme-second');
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(ENTRIES, { minLength: ENTRIES.length }), async (entries) => {
      expect(await composed(entries)).toEqual(reference);
    }),
    { numRuns: 40 },
  );
});
