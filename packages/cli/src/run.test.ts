import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ran } from '../test/captured-io.js';

// a libvirt of the machine that runs the tests is none of theirs
vi.mock('./plugins/found-here.js', () => ({ foundHere: () => ({}) }));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nic-herald-run-'));
  await writeFile(join(directory, 'bad.yaml'), 'host: A\nannounce:\n  rounds: 5000\ntrusted: all\n');
});
afterAll(() => rm(directory, { recursive: true }));

/** Runs the command as a user without agents. */
const runIt = (...argv: readonly string[]) => ran(argv, { env: { XDG_RUNTIME_DIR: directory } });

describe("a QMP socket that is libvirt's own monitor", () => {
  it.each([
    ['inspect', []],
    ['announce', []],
    ['announce', ['--dry-run']],
    ['record', []],
  ] as const)('is refused by %s %j, by its own path and by a link to it', async (command, options) => {
    const lives = await mkdtemp(join(directory, 'libvirt-'));
    const path = join(lives, 'domain-1-web', 'monitor.sock');
    await mkdir(join(lives, 'domain-1-web'));
    let connections = 0;
    const server = createServer(() => {
      connections += 1;
    });
    await new Promise<void>((listening) => server.listen(path, listening));
    await symlink(path, join(lives, 'web.qmp'));
    for (const given of [path, join(lives, 'web.qmp')]) {
      const { err, out, status } = await runIt(command, '--qmp', given, ...options);
      expect([status, out]).toEqual([2, '']);
      expect(err).toContain(given);
      expect(err).toMatch(/monitors\.libvirt.*\(HERALD_QMP_LIBVIRT\)\n$/);
    }
    expect(connections).toBe(0);
    server.close();
  });
});

describe('the nic-herald command', () => {
  it.each([
    [
      'a command nobody knows',
      ['rum'],
      2,
      "nic-herald: unknown command 'rum' (Did you mean run?) (HERALD_USAGE)\n",
    ],
    [
      'an option nobody knows',
      ['inspect', '--jsom'],
      2,
      "nic-herald: unknown option '--jsom' (Did you mean --json?) (HERALD_USAGE)\n",
    ],
    [
      'rounds out of range',
      ['announce', '--rounds', '5000'],
      2,
      "nic-herald: option '--rounds <n>' argument '5000' is invalid. It must be a whole number from 0 to 1000. (HERALD_USAGE)\n",
    ],
    [
      'rounds that are no number',
      ['announce', '--rounds', '1e2'],
      2,
      "nic-herald: option '--rounds <n>' argument '1e2' is invalid. It must be a whole number from 0 to 1000. (HERALD_USAGE)\n",
    ],
    [
      'a step of 0, which QEMU refuses too',
      ['announce', '--step', '0'],
      2,
      "nic-herald: option '--step <ms>' argument '0' is invalid. It must be a whole number from 1 to 10000. (HERALD_USAGE)\n",
    ],
    [
      'words between words',
      ['record', 'web', '--words', '0:0x5402:1'],
      2,
      "nic-herald: option '--words <bar:offset:count>' argument '0:0x5402:1' is invalid. OFFSET must be a multiple of 4. (HERALD_USAGE)\n",
    ],
    [
      'a log level nobody knows',
      ['run', '--log-level', 'loud'],
      2,
      "nic-herald: option '--log-level <level>' argument 'loud' is invalid. Allowed choices are trace, debug, info, warn, error, silent. (HERALD_USAGE)\n",
    ],
    [
      'nothing to watch',
      ['run'],
      2,
      'nic-herald: there is nothing to watch: no socket of libvirt is found here. Give --libvirt to wait for it, or --qmp SOCKET, or name them under monitors in herald.yaml (HERALD_USAGE)\n',
    ],
  ])('refuses %s', async (_, argv, status, err) => {
    expect(await runIt(...argv)).toEqual({ status, out: '', err });
  });

  it.each([
    ['a plugin that is not there', 'plugins: [acme-nobody]\n', 'HERALD_PLUGIN_NOT_FOUND'],
    ['plugins of which none watches', `plugins: [./idle.mjs]\n`, 'HERALD_PLUGIN_REQUIRES'],
    ['a plugin named twice', 'plugins: [./idle.mjs, ./idle.mjs]\n', 'HERALD_PLUGIN_DUPLICATE'],
    [
      'a built-in with two entries',
      "plugins: ['@nic-herald/sink-linux', '@nic-herald/sink-linux']\n",
      'HERALD_PLUGIN_DUPLICATE',
    ],
    ['a plugin with a store that is none', 'plugins: [./store.mjs]\n', 'HERALD_HANDOFF_STORE'],
    [
      'two stores of one name',
      'handoff: { directory: h }\nplugins: [{ use: ./store.mjs, with: { maxEntryBytes: 4096 } }]\n',
      'HERALD_NAME_TAKEN',
    ],
    [
      'a monitor that is left out, and no other',
      "monitors: { qemu: { sockets: [a.qmp] } }\nplugins: [{ use: '@nic-herald/monitor-qemu', enabled: false }]\n",
      'HERALD_USAGE',
    ],
    [
      'an option of a section that differs from its entry',
      "handoff: { directory: a }\nplugins: [{ use: '@nic-herald/handoff-directory', with: { directory: b } }]\n",
      'HERALD_CONFIG_INVALID',
    ],
  ])('starts nothing for %s', async (_, yaml, code) => {
    const idle = "export const plugin = () => ({ name: 'idle', contract: 2, install() {} });";
    await writeFile(join(directory, 'idle.mjs'), idle);
    const store = `
      const list = (name) => Symbol.for(\`nic-herald/core/\${name}[]@1\`);
      export const plugin = (options) => ({ name: 'store', contract: 2, install(registrar) {
        registrar.contribute(list('guest-monitor'), { value: { name: 'none' } });
        registrar.contribute(list('handoff-store'), { value: { name: 'directory', ...options } });
      } });
      plugin.options = { '~standard': { validate: (value) => ({ value }) } };`;
    await writeFile(join(directory, 'store.mjs'), store);
    await writeFile(join(directory, 'plugins.yaml'), yaml);
    const control = join(directory, 'a.sock');
    const result = await runIt('run', '--config', join(directory, 'plugins.yaml'), '--control', control);
    expect(result).toMatchObject({ status: 2 });
    expect(result.err).toContain(`(${code})\n`);
  });

  it('says that the monitor is left out, where sockets are there to be watched', async () => {
    const config = join(directory, 'out.yaml');
    await writeFile(
      config,
      "monitors: { qemu: { sockets: [a.qmp] } }\nplugins:\n  - { use: '@nic-herald/monitor-qemu', enabled: false }\n",
    );
    const { err } = await runIt('run', '--config', config);
    expect(err).toBe(
      `nic-herald: there is nothing to watch: @nic-herald/monitor-qemu is left out by plugins.0 (${config}:3), and no other plugin may watch. Take it in again, or name a plugin that brings a monitor (HERALD_USAGE)\n`,
    );
  });

  it.each([
    [
      'an entry',
      "plugins:\n  - use: '@nic-herald/learner-linux'\n    with: { capacity: 7 }\n",
      [],
      /plugins.yaml:3: plugins\.0\.with\.capacity: must be a whole number from 256 to 65536, got 7, says @nic-herald\/learner-linux 0\.1\.0 \(.*\) \(HERALD_PLUGIN_OPTIONS\)\n$/,
    ],
    [
      'an option it has not',
      "plugins:\n  - use: '@nic-herald/ports-linux'\n    with: { queue: 64 }\n",
      [],
      /plugins.yaml:3: plugins\.0\.with\.queue: is no option: known are ovsdb, says/,
    ],
    [
      'an option it needs',
      "plugins:\n  - '@nic-herald/handoff-directory'\n",
      [],
      /plugins.yaml:2: plugins\.0\.with\.directory: must be the path of a directory of 1 to 4096 characters, got nothing/,
    ],
    [
      'a section',
      'handoff:\n  directory: "a\\0b"\n',
      [],
      /plugins.yaml:2: handoff\.directory: must not have control characters, got "a/,
    ],
    ['a flag', '', ['--metrics', 'nonsense'], /nic-herald: --metrics: must be a port from 0 to 65535/],
  ])(
    'tells what is wrong with an option of a built-in by the place of %s',
    async (_, yaml, flags, problem) => {
      const file = join(directory, 'plugins.yaml');
      await writeFile(file, yaml);
      const { status, err } = await runIt('run', '--config', file, '--qmp', '/nowhere/a.qmp', ...flags);
      expect(status).toBe(2);
      expect(err).toMatch(problem);
    },
  );

  it('tells every mistake of a herald.yaml by line and field', async () => {
    const file = join(directory, 'bad.yaml');
    const { status, err } = await runIt('run', '--config', file);
    expect(status).toBe(2);
    expect(err.split('\n')).toEqual([
      `nic-herald: ${file}:3: announce.rounds: must be a whole number from 0 to 1000, got 5000 (HERALD_CONFIG_INVALID)`,
      `nic-herald: ${file}:4: the file: unknown key 'trusted'; did you mean 'trust'? (HERALD_CONFIG_INVALID)`,
      '',
    ]);
  });

  it.each([
    [
      'a herald.yaml that is not there',
      ['run', '--config', '/nowhere/herald.yaml'],
      2,
      'HERALD_CONFIG_UNREADABLE',
    ],
    ['no agent to ask', ['inspect'], 1, 'HERALD_AGENT_NONE'],
    ['no agent to ask of a guest', ['announce', 'web'], 1, 'HERALD_AGENT_NONE'],
    ['no agent to record through', ['record', 'web'], 1, 'HERALD_AGENT_NONE'],
    ['a QMP socket that is not there', ['inspect', '--qmp', '/nowhere/vm.qmp'], 2, 'HERALD_USAGE'],
    [
      'a control socket that is not there',
      ['inspect', '--control', '/nowhere/A.sock'],
      1,
      'HERALD_CONTROL_FAILED',
    ],
  ])('says what is wrong with %s, without a stack', async (_, argv, status, code) => {
    const result = await runIt(...argv);
    expect(result).toMatchObject({ status, out: '' });
    expect(result.err).toContain(`(${code})\n`);
    expect(result.err).not.toContain('    at ');
  });

  it('prints the stack where asked', async () => {
    expect((await runIt('inspect', '--debug')).err).toContain('    at ');
  });

  it.each([
    ['--help', 'Usage: nic-herald'],
    ['--version', '0.1.0\n'],
  ])('answers %s', async (flag, text) => {
    const { status, out } = await runIt(flag);
    expect(status).toBe(0);
    expect(out).toContain(text);
  });
});
