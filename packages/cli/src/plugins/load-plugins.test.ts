import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isHeraldError } from '@nic-herald/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.js';
import { choosePlugins } from './choose-plugins.js';
import { type LoadedPlugin, loadPlugins } from './load-plugins.js';
import type { PluginChoice } from './plugin-choice.js';

const SCHEMA = `{ '~standard': { version: 1, vendor: 'test', validate: (given) =>
  Number.isInteger(given.pollMs ?? 5000) ? { value: { pollMs: 5000, ...given } }
    : { issues: [{ message: 'must be a whole number', path: ['pollMs'] }] } } }`;
const plugin = (name: string, contract = 2): string =>
  `{ name: '${name}', contract: ${contract}, install() {} }`;

/** A third party's packages as npm would lay them out; none imports anything of ours. */
const packages: Readonly<Record<string, string>> = {
  'acme-nic': `export const plugin = () => (${plugin('acme-nic')});`,
  'acme-options': `export const plugin = Object.assign((options) => ({ ...${plugin('acme-options')}, options }), { options: ${SCHEMA} });`,
  'acme-old': `export const plugin = () => (${plugin('acme-old', 1)});`,
  'acme-default': `export default () => (${plugin('x')});`,
  'acme-empty': '',
  'acme-value': `export const plugin = ${plugin('acme-value')};`,
  'acme-async': `export const plugin = async () => (${plugin('acme-async')});`,
  'acme-throws': `export const plugin = () => { throw new TypeError('no card'); };`,
  'acme-refuses': `export const plugin = () => { throw Object.assign(new Error('no'), { code: 'HERALD_ACME_NO' }); };`,
  'acme-broken': 'export const plugin = (;',
  'acme-alone': `import 'acme-of-nobody'; export const plugin = () => (${plugin('acme-alone')});`,
  'acme-schema': `export const plugin = Object.assign(() => (${plugin('x')}), { options: { '~standard': { validate: () => { throw new Error('oh'); } } } });`,
};

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'nic-herald-plugins-')));
  for (const [name, code] of Object.entries(packages)) {
    await put(`node_modules/${name}/package.json`, JSON.stringify(manifestOf(name)));
    await put(`node_modules/${name}/lib/main.js`, code);
  }
  await put('alone.mjs', `export const plugin = () => (${plugin('alone')});`);
  await put('own/package.json', JSON.stringify(manifestOf('own')));
  await put('own/lib/main.js', `export const plugin = () => (${plugin('own')});`);
  await put('nothing/README.md', '');
});
afterAll(() => rm(folder, { recursive: true }));

const manifestOf = (name: string) => ({
  name,
  version: '1.2.3',
  type: 'module',
  exports: { '.': { import: './lib/main.js' } },
});

const put = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
};

const load = async (yaml: string): Promise<readonly LoadedPlugin[]> => {
  await put('herald.yaml', yaml);
  const file = await loadConfig(join(folder, 'herald.yaml'));
  return await loadPlugins(othersOf(choosePlugins({ qmp: [] }, file).taken), file.file, 2000);
};

const othersOf = (choices: readonly PluginChoice[]) => choices.filter(({ builtIn }) => builtIn === undefined);

/** The messages and codes with which it fails, without the fixture's folder. */
const problemsOf = async (yaml: string): Promise<readonly string[]> => {
  try {
    await load(yaml);
  } catch (error) {
    const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    return errors.map((each) =>
      isHeraldError(each) ? `${each.code} ${each.message.replaceAll(folder, '')}` : String(each),
    );
  }
  return [];
};

describe('a plugin that cannot be had', () => {
  it('is missed by the file that names it, whatever that is called', async () => {
    await put('host-7.yaml', 'host: A\nplugins:\n  - acme-nobody\n');
    const { file, ...settings } = await loadConfig(join(folder, 'host-7.yaml'));
    const [missing] = othersOf(choosePlugins({ qmp: [] }, { file, ...settings }).taken);
    await expect(loadPlugins(missing === undefined ? [] : [missing], file)).rejects.toMatchObject({
      message: expect.stringMatching(/host-7\.yaml:3: plugins\.0: no package/) as string,
      cause: { message: expect.stringContaining(`imported from ${file}`) as string },
    });
  });

  it.each([
    [
      'acme-nobody',
      "HERALD_PLUGIN_NOT_FOUND /herald.yaml:3: plugins.0: no package acme-nobody is installed in  or above it: run 'npm install acme-nobody' there, or write ./acme-nobody for a path",
    ],
    [
      'sink-linux',
      "HERALD_PLUGIN_NOT_FOUND /herald.yaml:3: plugins.0: no package sink-linux is installed in  or above it: did you mean '@nic-herald/sink-linux', which comes with nic-herald?",
    ],
    [
      'acme-nic/secret.js',
      'HERALD_PLUGIN_NOT_FOUND /herald.yaml:3: plugins.0: the package of acme-nic/secret.js exports no such module',
    ],
    [
      './nobody.js',
      'HERALD_PLUGIN_NOT_FOUND /herald.yaml:3: plugins.0: there is no /nobody.js; paths are relative to the configuration file',
    ],
    [
      './nothing',
      'HERALD_PLUGIN_NOT_FOUND /herald.yaml:3: plugins.0: there is no /nothing; paths are relative to the configuration file',
    ],
    ['node:fs', 'HERALD_PLUGIN_NOT_FOUND /herald.yaml:3: plugins.0: '],
    [
      'acme-broken',
      'HERALD_PLUGIN_LOAD /herald.yaml:3: plugins.0: the module of acme-broken 1.2.3 (/node_modules/acme-broken/lib/main.js) could not be loaded',
    ],
    [
      'acme-alone',
      'HERALD_PLUGIN_LOAD /herald.yaml:3: plugins.0: the module of acme-alone 1.2.3 (/node_modules/acme-alone/lib/main.js) could not be loaded',
    ],
    [
      'acme-throws',
      'HERALD_PLUGIN_LOAD /herald.yaml:3: plugins.0: `plugin` of acme-throws 1.2.3 (/node_modules/acme-throws/lib/main.js) failed',
    ],
    ['acme-refuses', 'HERALD_ACME_NO no'],
    [
      'acme-default',
      'HERALD_PLUGIN_EXPORT /herald.yaml:3: plugins.0: acme-default 1.2.3 (/node_modules/acme-default/lib/main.js) exports no function `plugin`, which makes the plugin; it exports default',
    ],
    ['acme-empty', 'it exports nothing'],
    ['acme-value', 'it exports plugin'],
    [
      'acme-async',
      'HERALD_PLUGIN_EXPORT /herald.yaml:3: plugins.0: `plugin` of acme-async 1.2.3 (/node_modules/acme-async/lib/main.js) gave no plugin: one has a name, a contract and an install function',
    ],
    [
      'acme-old',
      'HERALD_PLUGIN_CONTRACT /herald.yaml:3: plugins.0: acme-old 1.2.3 (/node_modules/acme-old/lib/main.js) was written for contract 1, this nic-herald has 2: install versions of both that fit',
    ],
  ])('%s is refused with the reason', async (use, problem) => {
    expect(await problemsOf(`host: A\nplugins:\n  - ${use}\n`)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    [
      'wrong to its schema',
      'acme-options',
      '{ pollMs: soon }',
      'HERALD_PLUGIN_OPTIONS /herald.yaml:4: plugins.1.with.pollMs: must be a whole number, says acme-options 1.2.3',
    ],
    [
      'for a plugin that takes none',
      'acme-nic',
      '{ pollMs: 7 }',
      'HERALD_PLUGIN_OPTIONS /herald.yaml:4: plugins.1.with: there are options, and the plugin takes none, says acme-nic 1.2.3',
    ],
    [
      'for a schema that throws',
      'acme-schema',
      '{}',
      'HERALD_PLUGIN_OPTIONS /herald.yaml:4: plugins.1.with: its schema failed: oh, says acme-schema 1.2.3',
    ],
  ])('options %s are told by line and field', async (_, use, options, problem) => {
    const yaml = `plugins:\n  - ./alone.mjs\n  - use: ${use}\n    with: ${options}\n`;
    expect(await problemsOf(yaml)).toEqual([expect.stringContaining(problem)]);
  });
});

it.each([
  ['import', 'await new Promise(() => {});'],
  [
    'schema',
    "export const plugin = () => {}; plugin.options = { '~standard': { validate: () => new Promise(() => {}) } };",
  ],
])('a plugin whose %s never ends is given up', async (_, module) => {
  await put('waits.mjs', module);
  expect(await problemsOf('plugins: [{ use: ./waits.mjs, with: {} }]')).toEqual([
    expect.stringMatching(
      /^HERALD_PLUGIN_LOAD .*herald.yaml:1: plugins.0: .\/waits.mjs was not loaded within 2000 ms/,
    ),
  ]);
});

describe('a plugin of a third party', () => {
  it('is not even looked for where it is left out', async () => {
    expect(await load('plugins: [{ use: acme-nobody, enabled: false }]')).toEqual([]);
  });

  it('says whether it is a package or a path, and why it is there', async () => {
    const loaded = await load('host: A\nplugins:\n  - ./own\n  - use: acme-nic\n    enabled: true\n');
    expect(loaded.map(({ source, because }) => [source, because.replace(folder, '')])).toEqual([
      ['npm', 'plugins.1 (/herald.yaml:4)'],
      ['path', 'plugins.0 (/herald.yaml:3)'],
    ]);
  });

  it.each([
    [
      'acme-nic',
      'acme-nic',
      { package: 'acme-nic', version: '1.2.3', path: '/node_modules/acme-nic/lib/main.js' },
    ],
    ['./own', 'own', { package: 'own', version: '1.2.3', path: '/own/lib/main.js' }],
    ['./own/lib/main.js', 'own', { package: 'own', version: '1.2.3', path: '/own/lib/main.js' }],
    ['./alone.mjs', 'alone', { path: '/alone.mjs' }],
  ])("%s is found from the configuration's place", async (use, name, origin) => {
    const [loaded] = await load(`plugins: [${use}]`);
    expect(loaded?.plugin.name).toBe(name);
    expect(loaded?.origin).toEqual({ ...origin, path: `${folder}${origin.path}` });
  });

  it.each([
    ['acme-options', { pollMs: 5000 }],
    ['{ use: acme-options, with: ~ }', { pollMs: 5000 }],
    ['{ use: acme-options, with: { pollMs: 7 } }', { pollMs: 7 }],
  ])('%s gets what its schema makes of the options', async (entry, options) => {
    const [loaded] = await load(`plugins: [${entry}]`);
    expect(loaded?.plugin).toMatchObject({ options });
  });
});
