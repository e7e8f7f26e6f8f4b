// Races for announcements: two queues of a tap on two threads play QEMU, this thread arms, takes and plans anew. See trigger-race.test.ts.
import { Worker } from 'node:worker_threads';
import type { ArmedFrames, FrameBatch, FrameChannel, PreparedBatch } from '@nic-herald/core';
import { openPacketSocket, SendBatch } from '@nic-herald/linux-sys';
import { LinuxTapSink } from '@nic-herald/sink-linux';
import { MacAddress } from '@nic-herald/wire';
import { rarpFrom } from '../conformance/rarp-from.js';
import { realClock } from '../conformance/real-clock.js';
import { openTap } from './open-tap.js';

const IFF_TAP_NO_PI_MULTI_QUEUE = 0x1102;
const TAP = 'tap0';
const QEMU = MacAddress.of('52:54:00:bb:00:01');
const RACE_FRAMES = 16;
/** About as long as until both writes are done, us. */
const MOST_DELAY_US = 400;

/** How a round ended: who had each plan, and what was told of it. */
export interface RacedRound {
  readonly owner: 'kernel' | 'agent';
  /** Which plan left. */
  readonly plan: 0 | 1;
  readonly sent: number;
}

/** [which round it is, how many writes of it are done] */
type Shared = Int32Array<SharedArrayBuffer>;

/** Plays QEMU on one queue, as plain text: threads are not given what lets this process read TypeScript. */
const PLAY_QUEUE = `
  const { workerData: { shared, fd, frame, url, mostDelayMs }, parentPort } = require('node:worker_threads');
  const koffi = require('node:module').createRequire(url)('koffi');
  const write = koffi.load(null).func('intptr_t write(int, uintptr_t, size_t)');
  const address = Number(koffi.address(frame));
  parentPort.postMessage('ready');
  for (let round = 0; ; ) {
    Atomics.wait(shared, 0, round);
    const next = Atomics.load(shared, 0);
    if (next === round) continue;
    round = next;
    if (round < 0) break;
    for (const until = performance.now() + Math.random() * mostDelayMs; performance.now() < until; );
    if (write(fd, address, frame.length) !== frame.length) throw new Error('write: errno ' + koffi.errno());
    Atomics.add(shared, 1, 1);
  }`;

/** Frames from MACs that name their round, plan and place. */
const batchOf = (round: number, plan: number): FrameBatch => {
  const frames = Array.from({ length: RACE_FRAMES }, (_, index) => {
    const hex = `5254${round.toString(16).padStart(6, '0')}${plan.toString(16)}${index.toString(16)}`;
    return rarpFrom(MacAddress.of(hex.match(/../g)?.join(':') ?? ''));
  });
  const length = frames[0]?.length ?? 0;
  const starts = Uint32Array.from({ length: RACE_FRAMES + 1 }, (_, index) => index * length);
  return { bytes: new Uint8Array(Buffer.concat(frames)), starts };
};

const arm = (batch: PreparedBatch, instead?: ArmedFrames): ArmedFrames | undefined => {
  const request = { trigger: QEMU, count: RACE_FRAMES, ungranted: RACE_FRAMES, holdUs: 25 };
  const armed = batch.arm?.(instead === undefined ? request : { ...request, instead });
  if (armed !== undefined && 'refusal' in armed) {
    if (instead !== undefined && instead.take().firedBy === 'kernel') return undefined;
    throw new TypeError(armed.refusal);
  }
  return armed;
};

/** Takes what is armed, and sends what did not leave. */
const finish = (plan: 0 | 1, armed: ArmedFrames, batch: PreparedBatch): RacedRound => {
  const taken = armed.take();
  if (taken.firedBy === 'kernel') {
    if (taken.sent < RACE_FRAMES) batch.send(taken.sent, RACE_FRAMES);
    return { owner: 'kernel', plan, sent: taken.sent };
  }
  batch.send();
  return { owner: 'agent', plan, sent: 0 };
};

const waste = (us: number): void => {
  for (const until = performance.now() + us / 1000; performance.now() < until; );
};

const race = async (channel: FrameChannel, shared: Shared, rounds: number): Promise<RacedRound[]> => {
  const results: RacedRound[] = [];
  for (let round = 1; round <= rounds; round++) {
    const batches = [channel.prepare(batchOf(round, 0)), channel.prepare(batchOf(round, 1))] as const;
    const armed = arm(batches[0]);
    if (armed === undefined) throw new TypeError('it cannot be armed');
    Atomics.store(shared, 1, 0);
    Atomics.store(shared, 0, round);
    Atomics.notify(shared, 0);
    waste(Math.random() * MOST_DELAY_US);
    const all = (): boolean => Atomics.load(shared, 1) === 2;
    if (round % 3 === 0) {
      results.push(finish(0, armed, batches[0]));
      while (!all()) {}
    } else if (round % 3 === 1) {
      const newer = arm(batches[1], armed);
      while (!all()) {}
      results.push(newer === undefined ? finish(0, armed, batches[0]) : finish(1, newer, batches[1]));
    } else {
      while (!all()) {}
      results.push(finish(0, armed, batches[0]));
    }
    if (round % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1)); // what was taken is cleared away
  }
  return results;
};

const [rounds = 0, filling = 0] = process.argv.slice(2).map(Number);
const shared: Shared = new Int32Array(new SharedArrayBuffer(8));
const workers = [0, 1].map(() => {
  const data = {
    shared,
    fd: openTap(TAP, IFF_TAP_NO_PI_MULTI_QUEUE),
    frame: rarpFrom(QEMU),
    url: import.meta.url,
    mostDelayMs: MOST_DELAY_US / 1000,
  };
  return new Worker(PLAY_QUEUE, { eval: true, workerData: data, execArgv: [] });
});
await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
const sink = new LinuxTapSink(realClock);
await sink.start();
const channel = await sink.open({ kind: 'tap', name: TAP }, { direction: 'from-guest' });
const results = await race(channel, shared, rounds);
Atomics.store(shared, 0, -1);
Atomics.notify(shared, 0);
await channel.close();
await sink.close();
// So that whoever counts to a number gets there.
const filler = new SendBatch(
  openPacketSocket({ interfaceName: 'up0' }),
  new Uint8Array(60).fill(0xee),
  Uint32Array.of(0, 60),
);
for (let sent = 0; sent < filling; sent++) filler.send();
process.stdout.write(JSON.stringify(results), () => process.exit(0));
