// `npm run test:examples`: the examples as a stranger has them, from their tarballs, under plain Node.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks } from './checks.js';
import { Program, run } from './program.js';

const root = join(import.meta.dirname, '../..');
const tarballs = join(root, '.cache/tarballs');
const checks = new Checks();
console.log(`Node.js ${process.version}`);
const folder = await realpath(await mkdtemp(join(tmpdir(), 'nic-herald-examples-')));

const theExamples = async (): Promise<void> => {
  const installed = await checks.check('the examples install from their tarballs', async () => {
    const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      readonly packageManager: string;
    };
    const pack = ['--filter', './examples/*', 'pack', '--pack-destination', folder];
    await run(root, 'npx', '--yes', packageManager, '-r', ...pack);
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const files = [folder, tarballs].map(async (from) =>
      (await readdir(from)).filter((name) => name.endsWith('.tgz')).map((name) => join(from, name)),
    );
    const packed = (await Promise.all(files)).flat();
    await run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...packed);
  });
  if (!installed) return;

  await checks.check('minimal-host says how to use it', async () => {
    const main = 'node_modules/@nic-herald/example-minimal-host/dist/main.js';
    const { status, err } = await new Program(folder, process.execPath, main).ended;
    assert.deepEqual([status, err], [2, 'usage: main.js QMP_SOCKET_OR_GLOB HANDOFF_DIRECTORY\n']);
  });

  await copyFile(join(import.meta.dirname, 'dry-run.mjs'), join(folder, 'dry-run.mjs'));
  const dryRun = async (...except: readonly string[]): Promise<unknown> => {
    await rm(join(folder, 'pcap'), { recursive: true, force: true });
    return JSON.parse(await run(folder, process.execPath, 'dry-run.mjs', ...except));
  };
  const model = '@example/rtl8139';
  await checks.check('the model reads the MAC, the policy lets it pass, the sink writes it down', async () =>
    assert.deepEqual(await dryRun('02:aa:00:00:00:07'), {
      model,
      sources: ['02:aa:00:00:00:07'],
      denied: ['not-in-use'],
    }),
  );
  await checks.check('a MAC that the policy does not list stays out: the primary stands', async () =>
    assert.deepEqual(await dryRun(), { model, sources: ['52:54:00:00:00:01'], denied: ['denied'] }),
  );
  await checks.check('herald.yaml composes all of them by name', async () => {
    await writeFile(
      join(folder, 'herald.yaml'),
      `plugins:
  - '@example/nic-herald-rtl8139'
  - use: '@example/nic-herald-universal-macs'
  - use: '@example/nic-herald-pcap-sink'
    with: { directory: ./pcap }
  - use: '@example/nic-herald-journal'
    with: { file: ./journal }
  - '@example/nic-herald-health'
  - '@example/nic-herald-arrival-note'
  - use: '@example/nic-herald-small-plugins/hex-sink'
    with: { directory: . }
  - use: '@example/nic-herald-small-plugins/seen-learner'
    with: { directory: . }
  - use: '@example/nic-herald-small-plugins/file-handoff'
    with: { directory: . }
  - use: '@example/nic-herald-small-plugins/state-monitor'
    with: { file: ./guest }
`,
    );
    const said = await run(folder, 'npx', 'nic-herald', 'plugins', '--config', 'herald.yaml');
    const small = ['arrival-note', 'hex-sink', 'seen-learner', 'file-handoff', 'state-monitor'];
    for (const name of ['rtl8139', 'universal-macs', 'pcap-sink', 'journal', 'health', ...small]) {
      assert.match(said, new RegExp(`^@example/nic-herald-${name} 1\\.0\\.0 \\(contract 2\\)$`, 'm'));
    }
  });
};

try {
  await theExamples();
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = checks.end();
