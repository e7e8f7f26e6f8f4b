import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Station } from '@nic-herald/core';
import { stationLearnerContract, testContract } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { seenLearner } from './seen-learner.js';

const clock: Clock = { now: () => Date.now(), elapsed: () => performance.now(), setTimer: () => () => {} };

const opened = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'seen-learner-'));
  const file = join(directory, 'tap0.seen');
  await writeFile(file, '');
  const seen = new Map<string, number>();
  return {
    file,
    learner: seenLearner(clock, directory),
    port: { kind: 'tap', name: 'tap0' },
    missing: { kind: 'tap', name: 'tap1' },
    /** The other program: it writes the table as it is after these frames, the latest seen first. */
    speak: async (stations: readonly Station[]) => {
      for (const { mac } of stations) {
        seen.delete(mac);
        seen.set(mac, Date.now());
      }
      const lines = [...seen].reverse().map(([mac, at]) => `${mac} ${at}\n`);
      await writeFile(file, lines.join(''));
    },
    close: () => rm(directory, { recursive: true }),
  };
};

testContract(
  stationLearnerContract({ open: opened, noInject: 'the other program writes what the guest sent alone' }),
  { describe, it },
);

it('leaves out lines that are none, and has no age below 0', async () => {
  const { learner, port, file, close } = await opened();
  const { signal } = new AbortController();
  const at = await learner.open(port, { signal });
  await writeFile(
    file,
    `x\n52:54:00:aa:00:01 -1\n52:54:00:aa:00:0 1\n52:54:00:aa:00:02 ${Date.now() + 60_000}\n`,
  );
  const { stations } = await at.read({ signal });
  expect(stations).toEqual([{ station: { mac: '52:54:00:aa:00:02' }, ageMs: 0 }]);
  await close();
});
