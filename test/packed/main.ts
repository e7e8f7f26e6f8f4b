import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuestInspection } from '@nic-herald/core';
import { Checks } from './checks.js';
import { LocalRegistry } from './local-registry.js';
import { Program, run } from './program.js';

const root = join(import.meta.dirname, '../..');
const tarballs = join(root, '.cache/tarballs');
const checks = new Checks();
console.log(`Node.js ${process.version}`);
const folder = await realpath(await mkdtemp(join(tmpdir(), 'nic-herald-packed-')));
const acme = join(folder, 'acme-nic');
const acmeIgb = join(folder, 'acme-igb');
const npm = ['--no-audit', '--no-fund', '--prefer-offline'];

const tarball = (name: string): string => join(tarballs, name);
const put = (path: string, text: string): Promise<void> => writeFile(join(folder, path), text);
const herald = (...given: readonly string[]): Promise<string> => run(folder, 'npx', 'nic-herald', ...given);
/** What a command says that is to be refused as bad usage. */
const refusal = async (...given: readonly string[]): Promise<string> => {
  const { status, err } = await new Program(folder, 'npx', 'nic-herald', ...given).ended;
  assert.equal(status, 2, err);
  return err;
};

/** The tests of a new package. */
const theTestsPass = async (of: string): Promise<void> => {
  const out = await run(of, 'npm', 'test');
  assert.match(out, /^# fail 0$|ℹ fail 0$/m);
  assert.match(out, /^(#|ℹ) pass [1-9]\d*$/m);
};
/** Changes what acme-nic says of its card. */
const change = async (member: string, value: string): Promise<void> => {
  const file = join(acme, 'src/acme-nic-card.js');
  const card = await readFile(file, 'utf8');
  const line = new RegExp(`^  ${member}: .*,$`, 'm');
  assert.match(card, line);
  await writeFile(file, card.replace(line, `  ${member}: ${value},`));
};

interface Described {
  readonly plugins: readonly {
    readonly plugin: string;
    readonly contract: number;
    readonly origin?: { readonly version?: string; readonly path: string };
    readonly registrations: readonly {
      readonly token: string;
      readonly implementation: string;
      readonly startMs?: number;
    }[];
  }[];
}
const described = async (
  name: string,
  ...given: readonly string[]
): Promise<Described['plugins'][number]> => {
  const [agent] = JSON.parse(await herald('plugins', '--json', ...given)) as readonly Described[];
  const found = agent?.plugins.find(({ plugin }) => plugin === name);
  assert.ok(found, `${name} is not composed`);
  return found;
};

const aStranger = async (): Promise<void> => {
  const packed = (await readdir(tarballs)).filter((name) => name.endsWith('.tgz'));
  await put('package.json', '{ "private": true }\n');

  const installed = await checks.check(`installs ${packed.length} tarballs in an empty folder`, () =>
    run(folder, 'npm', 'install', ...npm, ...packed.map(tarball)),
  );
  if (!installed) return;
  await checks.check('nic-herald new-model writes a package', async () => {
    assert.match(await herald('new-model', 'acme-nic', '--type', 'rtl8139'), /TO FILL IN, for rtl8139/);
    await herald('new-model', 'acme-igb', '--type', 'igb');
  });
  await checks.check('new-model does not write over it', async () =>
    assert.match(
      (await new Program(folder, 'npx', 'nic-herald', 'new-model', 'acme-nic').ended).err,
      /HERALD_FOLDER_TAKEN/,
    ),
  );
  await checks.check('npm install in a new package, from a registry that has the packages', async () => {
    const registry = await LocalRegistry.open(packed.map(tarball));
    try {
      await run(acmeIgb, 'npm', 'install', ...npm, `--@nic-herald:registry=${registry.url}`);
    } finally {
      await registry.close();
    }
  });
  await checks.check('its tests pass as they stand, values too', () => theTestsPass(acmeIgb));
  await checks.check('npm install in a new package, from tarballs as its README says', async () => {
    const readme = await readFile(join(acme, 'README.md'), 'utf8');
    const [command = ''] = /^npm install --save-dev .*$/m.exec(readme) ?? [];
    assert.match(command, /DIR\/nic-herald-core-/);
    await run(acme, 'sh', '-c', `${command.replaceAll('DIR/', `${tarballs}/`)} ${npm.join(' ')}`);
  });
  await checks.check('its tests pass as they stand', () => theTestsPass(acme));
  await checks.check('its types are right', () =>
    run(acme, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', 'jsconfig.json'),
  );
  await checks.check('filled in for rtl8139 its tests pass, with values of that card', async () => {
    await copyFile(join(import.meta.dirname, 'rtl8139-contract.mjs'), join(acme, 'test/contract.test.js'));
    await change('type', "'rtl8139'");
    await change('bar', '1');
    await change('table', '0x00');
    await change('entries', '1');
    await change('valid', '0');
    await theTestsPass(acme);
  });
  await checks.check('with a wrong offset they fail, and say what was expected and given', async () => {
    await change('table', '0x08');
    const { status, out } = await new Program(acme, 'npm', 'test').ended;
    assert.notEqual(status, 0);
    assert.match(out, /its own MAC is expected to be 02:aa:00:00:00:07, the model gave 52:54:00:ee:00:01/);
    await change('table', '0x00');
  });

  await copyFile(join(import.meta.dirname, 'own-copies.mjs'), join(acme, 'own-copies.mjs'));
  await put(
    'path.yaml',
    'host: A\nplugins:\n  - ./acme-nic\n  - ./acme-nic/own-copies.mjs\nmonitors:\n  qemu:\n    sockets: [guest.qmp]\n',
  );
  await checks.check('by path it is composed, with its own copies of core and tsyringe', async () => {
    assert.ok((await readdir(join(acme, 'node_modules'))).includes('tsyringe'));
    const { origin, contract, registrations } = await described('acme-nic', '--config', 'path.yaml');
    assert.deepEqual([origin?.version, contract], ['0.1.0', 2]);
    assert.equal(origin?.path, join(acme, 'src/index.js'));
    assert.deepEqual(
      registrations.map(({ token, implementation }) => [token, implementation]),
      [['core/nic-model', 'acme-nic']],
    );
    await described('own-copies', '--config', 'path.yaml');
  });
  await checks.check('by name it is composed, installed from its own tarball', async () => {
    const file = (await run(acme, 'npm', 'pack', '--silent', '--pack-destination', folder)).trim();
    await run(folder, 'npm', 'install', ...npm, join(folder, file));
    await put('name.yaml', 'plugins:\n  - use: acme-nic\n    with:\n      pollMs: 500\n');
    const { origin } = await described('acme-nic', '--config', 'name.yaml');
    assert.equal(origin?.path, join(folder, 'node_modules/acme-nic/src/index.js'));
  });
  await checks.check('wrong options are refused by line and field', async () => {
    await put('options.yaml', 'plugins:\n  - use: acme-nic\n    with:\n      pollMs: 5\n');
    assert.match(
      await refusal('run', '--config', 'options.yaml'),
      /options\.yaml:4: plugins\.0\.with\.pollMs: .*acme-nic 0\.1\.0.*\(HERALD_PLUGIN_OPTIONS\)/,
    );
  });
  await checks.check('another contract is refused, both named', async () => {
    await put('old.mjs', "export const plugin = () => ({ name: 'old', contract: 1, install() {} });\n");
    await put('old.yaml', 'plugins: [./old.mjs]\n');
    assert.match(
      await refusal('run', '--config', 'old.yaml'),
      /written for contract 1, this nic-herald has 2/,
    );
  });
  if (process.geteuid?.() === 0) await anAgent();
  else checks.skip('run, inspect and plugins with an agent', 'that needs root');
};

/** Runs an agent in a network namespace of its own: sinks are the namespace's. */
const anAgent = async (): Promise<void> => {
  await copyFile(join(import.meta.dirname, 'guest.mjs'), join(folder, 'guest.mjs'));
  const guest = new Program(folder, process.execPath, 'guest.mjs');
  const asked = ['--control', join(folder, 'a.sock')];
  let agent: Program | undefined;
  try {
    await checks.check('run composes it from herald.yaml', async () => {
      await guest.printed('listening');
      agent = new Program(
        folder,
        'unshare',
        '--net',
        join(folder, 'node_modules/.bin/nic-herald'),
        'run',
        '--config',
        'path.yaml',
        ...asked,
      );
      await agent.printed('"msg":"ready"');
    });
    await checks.check('plugins tells of the running agent, boot times and all', async () => {
      const { registrations } = await described('@nic-herald/monitor-qemu', ...asked);
      assert.ok(registrations.some(({ startMs }) => startMs !== undefined));
      await described('acme-nic', ...asked);
    });
    await checks.check('inspect shows it in use, with the MAC the guest set', async () => {
      const { nics } = JSON.parse(await herald('inspect', '--json', ...asked)) as GuestInspection;
      const [nic] = nics;
      assert.equal(nic?.model, 'acme-nic');
      assert.equal(nic.problem, undefined);
      assert.equal(nic.filter.currentMac, '02:aa:00:00:00:07');
      assert.ok(nic.plan.announcements.some(({ station }) => station.mac === '02:aa:00:00:00:07'));
    });
    await checks.check('the agent ends in order', async () => {
      const ended = await agent?.stop();
      assert.equal(ended?.status, 0, ended?.err);
    });
  } finally {
    await agent?.stop();
    await guest.stop();
  }
};

try {
  await aStranger();
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = checks.end();
