import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { DirectoryHandoff } from '@nic-herald/handoff-directory';
import { handoffStoreContract, MemoryHandoff, testContract } from '@nic-herald/testkit';
import { describe, it } from 'vitest';
import { realClock } from './real-clock.js';

const memory = handoffStoreContract({
  open: async () => ({ store: new MemoryHandoff(), close: async () => {} }),
  noSpoil: 'memory does not break',
});
describe('in memory', () => testContract(memory, { describe, it }));

const directory = handoffStoreContract({
  open: async () => {
    const path = await mkdtemp(join(tmpdir(), 'herald-'));
    const settings = { directory: path, maxFileBytes: 1 << 20, maxEntries: 1000, pollMs: 10 };
    const storeOfOneHost = () => new DirectoryHandoff(settings, realClock, new IsolatingEventBus());
    const [store, another] = [storeOfOneHost(), storeOfOneHost()];
    return {
      store,
      another,
      spoil: async (_, host) => {
        const name = (await readdir(path)).find((each) => each.endsWith(`@${host}.json`));
        await writeFile(join(path, name ?? 'missing'), '{"format":1,');
      },
      close: async () => {
        await Promise.all([store.close(), another.close()]);
        await rm(path, { recursive: true });
      },
    };
  },
});
describe('in a directory', () => testContract(directory, { describe, it }));
