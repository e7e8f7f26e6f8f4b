import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeHost } from '@nic-herald/host';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../packages/cli/src/config/load-config.js';
import { choosePlugins } from '../../packages/cli/src/plugins/choose-plugins.js';
import { loadPlugins } from '../../packages/cli/src/plugins/load-plugins.js';

const examples = join(import.meta.dirname, '../../examples');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-small-'));
});
afterEach(() => rm(folder, { recursive: true }));

const guest = async (state: string): Promise<void> => {
  await writeFile(join(folder, 'guest.new'), `${state} web-1 52:54:00:aa:00:01 tap0\n`);
  await rename(join(folder, 'guest.new'), join(folder, 'guest'));
};

it('a herald.yaml that names all small plugins by path makes a host that announces', async () => {
  await mkdir(join(folder, 'hand-off'));
  await writeFile(join(folder, 'tap0.hex'), '');
  await writeFile(join(folder, 'tap0.seen'), `52:54:00:aa:00:07 ${Date.now()}\n`);
  await guest('running');
  const small = join(examples, 'small-plugins/src');
  await writeFile(
    join(folder, 'herald.yaml'),
    `plugins:
  - { use: ${small}/hex-sink.ts, with: { directory: ${folder} } }
  - { use: ${small}/seen-learner.ts, with: { directory: ${folder} } }
  - { use: ${small}/file-handoff.ts, with: { directory: ${folder}/hand-off } }
  - { use: ${small}/state-monitor.ts, with: { file: ${folder}/guest } }
  - ${examples}/custom-companion/src/arrival-note-companion.ts
  - { use: ${examples}/custom-observer/src/journal.ts, with: { file: ${folder}/journal } }
  - { use: ${examples}/custom-service/src/health-page.ts, with: { port: 0 } }
  - { use: '@nic-herald/ports-linux', enabled: false }
  - { use: '@nic-herald/sink-linux', enabled: false }
  - { use: '@nic-herald/learner-linux', enabled: false }
`,
  );
  const file = await loadConfig(join(folder, 'herald.yaml'));
  const strangers = choosePlugins({ qmp: [] }, file).taken.filter(({ builtIn }) => builtIn === undefined);
  const loaded = await loadPlugins(strangers, file.file);
  const host = await composeHost(
    loaded.map(({ plugin }) => plugin),
    { name: 'A' },
  );
  const [web] = host.guests();
  if (web === undefined) expect.unreachable();
  await expect
    .poll(async () => (await host.inspect(web)).nics[0]?.plan.announcements.map(({ station }) => station.mac))
    .toEqual(['52:54:00:aa:00:01', '52:54:00:aa:00:07']);
  const report = await host.announce(web, { timing: { rounds: 1 } });
  expect(report.sections).toMatchObject({ arrivalNote: { rounds: 1 } });
  await host.close();
  expect(await readdir(join(folder, 'hand-off'))).toEqual([expect.stringMatching(/^of-[0-9a-f]{64}\.QQ$/)]);
  const lines = (await readFile(join(folder, 'tap0.hex'), 'utf8')).split('\n');
  expect(lines.map((line) => line.slice(12, 24))).toEqual(['525400aa0001', '525400aa0007', '']);
  expect(await readFile(join(folder, 'journal'), 'utf8')).toMatch(/^web-1 epoch \d+, manual: announced$/m);
});
