import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@nic-herald/core';
import { handoffStoreContract, testContract } from '@nic-herald/testkit';
import { describe, it } from 'vitest';
import { fileHandoff } from './file-handoff.js';

const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

testContract(
  handoffStoreContract({
    open: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'file-handoff-'));
      return {
        store: fileHandoff(clock, directory),
        another: fileHandoff(clock, directory),
        spoil: async (_, host) => {
          const end = `.${Buffer.from(host).toString('base64url')}`;
          for (const name of await readdir(directory)) {
            if (name.endsWith(end)) await writeFile(join(directory, name), '{');
          }
        },
        close: () => rm(directory, { recursive: true }),
      };
    },
    noDisconnect: 'a directory is there or is not',
  }),
  { describe, it },
);
