import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
/** As `npm test` has compiled nothing. */
const FROM_SOURCE = ['--conditions=nic-herald:source', '--import', 'tsx'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-main-'));
});
afterEach(() => rm(folder, { recursive: true }));

it.each([
  ['doctor', [0, 1]],
  ['plugins', [0]],
  ['run', [2]],
])('%s ends though a plugin left a timer', { timeout: 30_000 }, async (command, statuses) => {
  const module =
    "setInterval(() => {}, 1000); export const plugin = () => ({ name: 'ticks', contract: 2, install() {} });";
  await writeFile(join(folder, 'ticks.mjs'), module);
  const config = join(folder, 'herald.yaml');
  const others = '{ use: "@nic-herald/monitor-libvirt", enabled: false }'; // not the machine's own
  await writeFile(config, `plugins: [./ticks.mjs, ${others}]\n`);
  const child = spawn(process.execPath, [...FROM_SOURCE, MAIN, command, '--config', config], {
    stdio: 'ignore',
    timeout: 20_000,
  });
  const [status] = (await once(child, 'exit')) as [number | null];
  expect(statuses).toContain(status);
});
