// When real QEMUs that resume after a migration are announced: npm run bench:resume -- [ROUNDS] [LOADS...]
// Needs root, iproute2, tcpdump and QEMU. See docs/measured/qemu-resume.txt.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { loadavg, release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodePcap, isDecodeError, type PcapRecord } from '@nic-herald/wire';
import { NetworkSandbox, privilegeMissing } from '../privileged/network-sandbox.js';
import type { Move, Shape, Way } from './qemu-resume-player-main.js';

const SHAPES: readonly (Shape & { readonly what: string })[] = [
  { what: '1 station', nics: 1, macs: 1, vlans: 0 },
  { what: '64 stations', nics: 1, macs: 64, vlans: 0 },
  { what: '1024 stations', nics: 1, macs: 64, vlans: 15 },
  { what: '8 NICs of 8', nics: 8, macs: 8, vlans: 0 },
];
const WAYS: readonly Way[] = ['none', 'agent', 'kernel'];
const [rounds = 40, ...given] = process.argv.slice(2).map(Number);
const loads = given.length === 0 ? [0, 2, 8] : given;
const MOST_NICS = Math.max(...SHAPES.map(({ nics }) => nics));

/** So long after RESUME the wire is looked at, ms. */
const WATCHED_MS = 400;

/** Frames of one move as the wire had them, us after RESUME. */
interface Seen {
  /** The first RARP of each primary MAC: QEMU's own, where the agent was not first. */
  readonly own: readonly number[];
  /** Ours, but for those of primary MACs, which look like QEMU's. */
  readonly ours: readonly number[];
}

const isPrimary = (frame: Uint8Array): boolean => frame[9] === 0xbb;
const isOurs = (frame: Uint8Array): boolean => frame[9] === 0xcc;

/** The records of a while, in ms since 1970 UTC; they are in the order of their times. */
const within = (records: readonly PcapRecord[], from: number, until: number): readonly PcapRecord[] => {
  const firstSince = (ms: number): number => {
    let [low, high] = [0, records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(records[middle]?.timestampNs) / 1e6 < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return records.slice(firstSince(from), firstSince(until));
};

const seenIn = (records: readonly PcapRecord[], { resumedAt = 0 }: Move): Seen => {
  const own = new Map<string, number>();
  const ours: number[] = [];
  for (const { frame, timestampNs } of within(records, resumedAt - 5, resumedAt + WATCHED_MS)) {
    const us = Number(timestampNs) / 1000 - resumedAt * 1000;
    const mac = Buffer.from(frame.subarray(6, 12)).toString('hex');
    if (isOurs(frame)) ours.push(us);
    else if (isPrimary(frame) && !own.has(mac)) own.set(mac, us);
  }
  return { own: [...own.values()], ours };
};

const percentile = (sample: readonly number[], part: number): number => {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
const row = (sample: readonly number[]): string =>
  [0.5, 0.9, 0.99, 1].map((part) => percentile(sample, part).toFixed(0).padStart(7)).join('');

const captureOf = async (host: NetworkSandbox): Promise<() => Promise<readonly PcapRecord[]>> => {
  const options =
    '-i wire0 -Q in -U -Z root -s 64 -B 65536 --immediate-mode --time-stamp-precision=nano -w -';
  const capture = host.spawn(['tcpdump', ...options.split(' ')]);
  const chunks: Uint8Array[] = [];
  capture.stdout?.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  await new Promise<void>((resolve) =>
    capture.stderr?.on('data', (text: Uint8Array) => String(text).includes('listening') && resolve()),
  );
  return async () => {
    await sleep(1000);
    const done = new Promise((resolve) => capture.once('close', resolve));
    capture.kill('SIGINT');
    await done;
    const file = decodePcap(Buffer.concat(chunks));
    if (isDecodeError(file)) throw file;
    return file.records;
  };
};

const play = async (host: NetworkSandbox): Promise<readonly Move[]> => {
  const player = host.spawn([
    ...[process.execPath, '--import', 'tsx'],
    new URL('qemu-resume-player-main.ts', import.meta.url).pathname,
    JSON.stringify({ shapes: SHAPES, rounds }),
  ]);
  let said = '';
  player.stdout?.on('data', (text: Uint8Array) => {
    said += String(text);
  });
  player.stderr?.on('data', (text: Uint8Array) => process.stderr.write(text));
  const status = await new Promise((resolve) => player.once('close', resolve));
  if (status !== 0) throw new Error(`the player ended with ${String(status)}`);
  return said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Move);
};

const reason = privilegeMissing();
if (reason !== undefined) throw new Error(reason);
const busy: ChildProcess[] = [];
const taps = ['d', 's'].flatMap((side) => Array.from({ length: MOST_NICS }, (_, nic) => `${side}${nic}`));
const host = new NetworkSandbox(taps);
try {
  const [version] = String(execFileSync('qemu-system-x86_64', ['--version'])).split('\n');
  console.log(`${version}; Linux ${release()}; ${rounds} moves each, the ways in turn`);
  console.log('us after the RESUME stamp of QEMU, on the wire beyond the bridge: p50 p90 p99 max');
  console.log(
    '"primary": the first RARP of the first card: QEMU\'s own, but where the agent was before it. "none": QEMU alone.',
  );
  console.log(
    '"cards": from the first RARP of the first card to that of the last, which holding QEMU\'s writes makes longer.',
  );
  console.log(
    '"ours": frames that QEMU does not send; of 1 station there are none, and the report\'s times stand there.',
  );
  for (const load of loads) {
    while (busy.length < load) busy.push(spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' }));
    const records = await captureOf(host);
    const moves = await play(host);
    const all = await records();
    const around = loadavg()[0]?.toFixed(1);
    console.log(`\n${load} busy loops (load average ${around})`);
    const columns = ['primary', 'cards', 'first of ours', 'last of ours', 'last of ours after primary'];
    console.log(`${''.padEnd(22)}${columns.map((name) => name.padStart(28)).join('')}  by the kernel`);
    for (const [index, { what, nics, macs }] of SHAPES.entries())
      for (const way of WAYS) {
        const mine = moves.filter((move) => move.shape === index && move.way === way);
        const rows = mine.map((move) => {
          const { own, ours } = seenIn(all, move);
          const told = (at = Number.NaN): number => (at - (move.resumedAt ?? 0)) * 1000;
          const isTold = macs === 1;
          const first = isTold ? told(move.firstFrameAt) : Math.min(...ours);
          const last = isTold ? told(move.lastFrameAt) : Math.max(...ours);
          return { primary: Math.min(...own), cards: Math.max(...own) - Math.min(...own), first, last };
        });
        const none = ''.padStart(28);
        const cells = [
          row(rows.map(({ primary }) => primary)),
          nics > 1 ? row(rows.map(({ cards }) => cards)) : none,
          ...(way === 'none'
            ? [none, none, none]
            : [
                row(rows.map(({ first }) => first)),
                row(rows.map(({ last }) => last)),
                row(rows.map(({ primary, last }) => last - primary)),
              ]),
        ];
        const fired = mine.filter(
          ({ firedBy }) => firedBy.length > 0 && firedBy.every((by) => by === 'kernel'),
        );
        console.log(`${`${what}, ${way}`.padEnd(22)}${cells.join('')}  ${fired.length} of ${mine.length}`);
      }
  }
} finally {
  for (const child of busy) child.kill('SIGKILL');
  host.remove();
}
