// Plays QEMU at tap0 for an agent in a process of its own. See kernel-trigger-main.ts.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Taken } from '@nic-herald/core';
import type { SinkRequest } from '../privileged/sink-driver.js';
import { TapEnd } from '../privileged/tap-end.js';

/** How the frames are to leave: by the agent alone where no time is named. */
export interface TriggerWay {
  readonly holdUs?: number;
}

/** One announcement that was played. */
export interface PlayedRound {
  readonly round: number;
  readonly count: number;
  readonly way: string;
  /** How long the write of the hypervisor's frame took, us. */
  readonly holdUs: number;
  /** Frames that the kernel sent. */
  readonly sent: number;
}

const { ways, counts, rounds } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly ways: Readonly<Record<string, TriggerWay>>;
  readonly counts: readonly number[];
  readonly rounds: number;
};

const agent = spawn(
  process.execPath,
  [
    '--conditions=nic-herald:source',
    '--import',
    'tsx',
    new URL('../privileged/sink-driver-main.ts', import.meta.url).pathname,
  ],
  { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, HERALD_TEST_MOST_HOLD_US: '1000000' } },
);
const lines = createInterface({ input: agent.stdout })[Symbol.asyncIterator]();
const ask = async <T>(request: SinkRequest): Promise<T> => {
  agent.stdin.write(`${JSON.stringify(request)}\n`);
  const answer = JSON.parse(String((await lines.next()).value)) as {
    readonly value?: T;
    readonly message?: string;
  };
  if (answer.message !== undefined) throw new Error(answer.message);
  return answer.value as T;
};

const frame = (mac: string): Uint8Array =>
  new Uint8Array(
    Buffer.from(
      `ffffffffffff${mac}803500010800060400${'03'}${mac}00000000${mac}00000000`.padEnd(120, '0'),
      'hex',
    ),
  );
const ours = (count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    Buffer.from(frame(`525400aa${index.toString(16).padStart(4, '0')}`)).toString('hex'),
  );

const tap = new TapEnd('tap0');
await ask({ do: 'start' });
await ask({ do: 'open', port: 'tap0', direction: 'from-guest' });
const played: PlayedRound[] = [];
const trigger = frame('525400bb0001');
const number = new DataView(trigger.buffer);
let round = 0;
for (let turn = 0; turn <= rounds; turn++) {
  for (const count of counts) {
    const frames = ours(count);
    for (const [way, { holdUs }] of Object.entries(ways)) {
      number.setUint32(50, ++round);
      if (holdUs === undefined) await ask({ do: 'prepare', port: 'tap0', frames });
      else {
        const answer = await ask({ do: 'arm', port: 'tap0', frames, holdUs });
        if (answer !== 'armed') throw new Error(JSON.stringify(answer));
      }
      await sleep(2);
      const since = process.hrtime.bigint();
      tap.write(trigger, trigger.length);
      const took = Number(process.hrtime.bigint() - since) / 1000;
      const taken = await ask<Taken>({ do: 'go', port: 'tap0' });
      await sleep(count > 100 ? 12 : 4); // the network is quiet again, and what was taken is cleared away
      const sent = taken.firedBy === 'kernel' ? taken.sent : 0;
      if (turn > 0) played.push({ round, count, way, holdUs: took, sent }); // the first warms up
    }
  }
}
await ask({ do: 'close' });
agent.stdin.end();
tap.close();
process.stdout.write(JSON.stringify(played));
