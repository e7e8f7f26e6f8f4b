import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@nic-herald/core';
import { guestMonitorContract, testContract } from '@nic-herald/testkit';
import { describe, it } from 'vitest';
import { stateMonitor } from './state-monitor.js';

const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

testContract(
  guestMonitorContract({
    open: async ({ intake }) => {
      const directory = await mkdtemp(join(tmpdir(), 'state-monitor-'));
      const file = join(directory, 'web-1');
      const write = async (state: string) => {
        await writeFile(`${file}.new`, `${state} web-1 52:54:00:aa:00:01 tap0\n`);
        await rename(`${file}.new`, file);
      };
      await write('running');
      return {
        monitor: stateMonitor(clock, intake, file),
        stop: () => write('paused'),
        resume: () => write('running'),
        vanish: () => rm(file),
        close: () => rm(directory, { recursive: true }),
      };
    },
  }),
  { describe, it },
);
