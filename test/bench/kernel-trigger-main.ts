// What sending in the kernel takes: node --conditions=nic-herald:source --import tsx test/bench/kernel-trigger-main.ts [ROUNDS]
// Needs root, iproute2 and tcpdump. See docs/measured/kernel-trigger.txt.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodePcap, isDecodeError, type PcapRecord } from '@nic-herald/wire';
import { NetworkSandbox, privilegeMissing } from '../privileged/network-sandbox.js';
import type { PlayedRound, TriggerWay } from './kernel-trigger-player-main.js';

const COUNTS = [1, 16, 32, 64, 1024];
const LOADS = [0, 2, 8];
const ROUNDS = Number(process.argv[2] ?? 40);

/** One way to have the frames sent. */
const WAYS: Readonly<Record<string, TriggerWay>> = {
  'user space': {},
  'kernel, this CPU': { holdUs: 1e6 },
  'kernel, other CPU': { holdUs: 0 },
  'kernel, 25 us here': { holdUs: 25 },
  'kernel, 50 us here': { holdUs: 50 },
  'kernel, 100 us here': { holdUs: 100 },
};

const percentile = (sample: readonly number[], part: number): number => {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};

const row = (sample: readonly number[]): string =>
  [0.5, 0.9, 0.99, 1].map((part) => percentile(sample, part).toFixed(0).padStart(7)).join('');

/** After the hypervisor's own frame, the first and the last of ours on the wire, us; by round. */
const tails = (
  records: readonly PcapRecord[],
): ReadonlyMap<number, { first: number; last: number; frames: number; early: number }> => {
  const found = new Map<number, { first: number; last: number; frames: number; early: number }>();
  let at: { readonly round: number; readonly since: bigint } | undefined;
  for (const { frame, timestampNs } of records) {
    if (frame[9] === 0xbb) {
      const round = new DataView(frame.buffer, frame.byteOffset).getUint32(50);
      at = { round, since: timestampNs };
      found.set(round, { first: Number.NaN, last: Number.NaN, frames: 0, early: 0 });
      continue;
    }
    const entry = at && found.get(at.round);
    if (frame[9] !== 0xaa || at === undefined || entry === undefined) continue;
    const us = Number(timestampNs - at.since) / 1000;
    if (entry.frames === 0) entry.first = us;
    entry.last = us;
    entry.frames += 1;
  }
  return found;
};

const reason = privilegeMissing();
if (reason !== undefined) throw new Error(reason);
const busy: ChildProcess[] = [];
const host = new NetworkSandbox(['tap0']);
try {
  for (const load of LOADS) {
    while (busy.length < load) busy.push(spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' }));
    console.log(`${load} busy loops; us, p50 p90 p99 max of ${ROUNDS} rounds, the ways in turn`);
    const capture = host.spawn([
      'tcpdump',
      '-i',
      'wire0',
      '-Q',
      'in',
      '-U',
      '-Z',
      'root',
      '-s',
      '64',
      '-B',
      '65536',
      '--immediate-mode',
      '--time-stamp-precision=nano',
      '-w',
      '-',
    ]);
    const chunks: Uint8Array[] = [];
    capture.stdout?.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    await new Promise<void>((resolve) =>
      capture.stderr?.on('data', (text: Uint8Array) => String(text).includes('listening') && resolve()),
    );
    const player = host.spawn([
      process.execPath,
      '--conditions=nic-herald:source',
      '--import',
      'tsx',
      new URL('kernel-trigger-player-main.ts', import.meta.url).pathname,
      JSON.stringify({ ways: WAYS, counts: COUNTS, rounds: ROUNDS }),
    ]);
    let said = '';
    let complaints = '';
    player.stdout?.on('data', (text: Uint8Array) => {
      said += String(text);
    });
    player.stderr?.on('data', (text: Uint8Array) => {
      complaints += String(text);
    });
    await new Promise((resolve) => player.once('close', resolve));
    await sleep(1000);
    const done = new Promise((resolve) => capture.once('close', resolve));
    capture.kill('SIGINT');
    await done;
    const file = decodePcap(Buffer.concat(chunks));
    if (isDecodeError(file)) throw file;
    const found = tails(file.records);
    if (said === '') throw new Error(complaints);
    const rounds = JSON.parse(said) as readonly PlayedRound[];
    console.log(
      `${''.padEnd(34)}${'hold of the write'.padStart(28)}${'first of ours'.padStart(28)}${'last of ours'.padStart(28)}  by the kernel, seen`,
    );
    for (const count of COUNTS)
      for (const way of Object.keys(WAYS)) {
        const of = rounds.filter((each) => each.count === count && each.way === way);
        const seen = of.flatMap(({ round }) => found.get(round) ?? []);
        const whole = seen.filter(({ frames }) => frames === count);
        const byKernel = of.reduce((sum, { sent }) => sum + sent, 0) / (of.length * count);
        console.log(
          `${`${count} frames, ${way}`.padEnd(34)}${row(of.map(({ holdUs }) => holdUs))}${row(whole.map(({ first }) => first))}${row(whole.map(({ last }) => last))}  ${(byKernel * 100).toFixed(0)} %, ${
            seen
              .filter(({ frames }) => frames !== count)
              .map(({ frames }) => frames)
              .join(' ') || 'all'
          }`,
        );
      }
  }
} finally {
  for (const child of busy) child.kill('SIGKILL');
  host.remove();
}
