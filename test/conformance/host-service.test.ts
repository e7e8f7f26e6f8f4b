import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeHost } from '@nic-herald/host';
import { PlayedMonitor } from '@nic-herald/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../packages/cli/src/config/load-config.js';
import { choosePlugins } from '../../packages/cli/src/plugins/choose-plugins.js';
import { loadPlugins } from '../../packages/cli/src/plugins/load-plugins.js';

const examples = join(import.meta.dirname, '../../examples');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-services-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A host of the plugins that a herald.yaml names, and of a monitor that sees no guest. */
const hostOf = async (yaml: string) => {
  await writeFile(join(folder, 'herald.yaml'), yaml);
  const file = await loadConfig(join(folder, 'herald.yaml'));
  const strangers = choosePlugins({ qmp: [] }, file).taken.filter(({ builtIn }) => builtIn === undefined);
  const loaded = await loadPlugins(strangers, file.file);
  return composeHost([...loaded.map(({ plugin }) => plugin), new PlayedMonitor().plugin], { name: 'A' });
};

/** A port that nothing listens at. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : expect.unreachable();
};

describe('a HOST_SERVICE that herald.yaml names', () => {
  it('knows nothing of core but the names of its tokens, and works', async () => {
    await writeFile(
      join(folder, 'watch.mjs'),
      `const token = (name) => Symbol.for('nic-herald/core/' + name);
       export const log = [];
       export const plugin = () => ({
         name: 'acme-watch',
         contract: 2,
         install: (registrar) =>
           registrar.contribute(token('host-service[]@1'), {
             factory: ({ get }) => {
               const host = get(token('herald-host@1'));
               return {
                 start: async () => void log.push('start', host.name, host.guests().length, host.stats().snapshots),
                 close: async () => void log.push('close'),
               };
             },
           }),
       });`,
    );
    const host = await hostOf('plugins: [./watch.mjs]\n');
    await host.close();
    const { log } = (await import(join(folder, 'watch.mjs'))) as { readonly log: readonly unknown[] };
    expect(log).toEqual(['start', 'A', 0, 0, 'close']);
  });

  it('may be either of the examples', async () => {
    const port = await freePort();
    const host = await hostOf(`plugins:
  - use: ${examples}/custom-observer/src/journal.ts
    with: { file: ${folder}/journal }
  - use: ${examples}/custom-service/src/health-page.ts
    with: { port: ${port} }
`);
    expect(host.describe().plugins.map(({ plugin }) => plugin)).toContain('@example/nic-herald-journal');
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(await answer.json()).toEqual(host.stats());
    const report = {
      guest: { name: 'web-1' },
      epoch: 2,
      cause: 'late',
      outcome: 'announced',
      rounds: [],
      nics: [],
      warnings: [],
    };
    host.bus.emit('announce:finished', { report } as never);
    await host.close();
    expect(await readFile(join(folder, 'journal'), 'utf8')).toBe('web-1 epoch 2, late: announced\n');
  });
});
