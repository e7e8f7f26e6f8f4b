import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Port, PortLearner } from '@nic-herald/core';
import { BpfLearner } from '@nic-herald/learner-linux';
import { TapEnd } from '../privileged/tap-end.js';
import {
  arpStorm,
  type Frames,
  ipv4Packets,
  ipv6Packets,
  solicitationStorm,
  TALKERS,
} from './address-traffic.js';
import { heldProgram, measureRuns, runCostNs, runsOf } from './program-cost.js';
import type { Sample } from './sample.js';
import { FRAME_BYTES, framesOf, SENDER_STATIONS } from './tap-traffic.js';

const { signal } = new AbortController();
const FRAMES = 16_384;
const PAIRS = Number(process.env['HERALD_BENCH_ROUNDS'] ?? 60);
const WARM_UP = 2;
const PROGRAM_TURNS = 15;
const PROGRAM_RUNS = 200_000;
const READS = 30;
const TURNS = 5;
const WATCH_MS = 1200;
const READ_EVERY_MS = 100;
const RATES = [0, 20_000, 80_000];

const tapPort = (name: string): Port => ({ kind: 'tap', name });

const ip = (words: string): void => {
  execFileSync('ip', words.split(' '));
};

/** A bridge of this bench alone, with an uplink whose far end takes what is flooded. */
const layBridge = (): void => {
  for (const words of [
    'link add learnbr type bridge forward_delay 0',
    'link add learnup type veth peer name learnfar',
    'link set learnup master learnbr',
    'link set learnbr up',
    'link set learnup up',
    'link set learnfar up',
  ]) {
    ip(words);
  }
};

const layTap = (name: string): void => {
  for (const words of [
    `tuntap add ${name} mode tap`,
    `link set ${name} master learnbr`,
    `link set ${name} up`,
  ]) {
    ip(words);
  }
};

/** A learner to measure: that of this checkout, or of another. */
interface MeasuredLearner {
  readonly name: string;
  readonly BpfLearner: typeof BpfLearner;
}

/** `HERALD_BENCH_BESIDE` names another checkout, built, whose learner is measured in turn with this one. */
const measuredLearners = async (): Promise<readonly MeasuredLearner[]> => {
  const beside = process.env['HERALD_BENCH_BESIDE'];
  if (beside === undefined) return [{ name: '', BpfLearner }];
  const url = pathToFileURL(join(beside, 'packages/learner-linux/dist/index.js')).href;
  const other = (await import(url)) as { readonly BpfLearner: typeof BpfLearner };
  return [
    { name: ', beside', BpfLearner: other.BpfLearner },
    { name: ', this', BpfLearner },
  ];
};

const withLearner = async <T>(
  port: string,
  capacity: number,
  use: (learner: PortLearner) => Promise<T> | T,
  Learner = BpfLearner,
): Promise<T> => {
  const learner = await new Learner(capacity).open(tapPort(port));
  try {
    return await use(learner);
  } finally {
    await learner.close();
  }
};

/** Processor time for one frame, with the learner and without, in turn at one port. The sender does nothing else. */
export interface KernelCost {
  readonly what: string;
  readonly nsWithout: Sample;
  readonly nsWith: Sample;
  /** Of each pair: what the learner added. */
  readonly nsAdded: Sample;
  /** Of each pair: frames per second of processor time with the learner / without. */
  readonly rate: Sample;
}

interface Traffic {
  readonly what: string;
  /** What is sent first, so that its stations are known. */
  readonly known: Frames;
  /** Frames to send next, FRAMES or a part of them over and over; `sent` were sent before. */
  readonly next: (sent: number) => Frames;
  /** Its stations are ever new. */
  readonly fresh?: true;
}

const speakers = (count: number, first = 0): Frames => ({
  bytes: framesOf(count, first),
  length: FRAME_BYTES,
});

/** Sends the same frames again and again. */
const repeated = (what: string, frames: Frames): Traffic => ({ what, known: frames, next: () => frames });

/** From known stations, each frame with an IP address that was never seen. */
const storm = (what: string, framesFrom: (count: number, first: number) => Frames): Traffic => ({
  what,
  known: framesFrom(TALKERS, 0),
  next: (sent) => framesFrom(FRAMES, sent),
});

const TRAFFIC: readonly Traffic[] = [
  repeated('64 stations', speakers(64)),
  repeated('64 stations, IPv4', ipv4Packets(TALKERS)),
  repeated('64 stations, IPv6', ipv6Packets(TALKERS)),
  repeated('1024 stations', speakers(1024)),
  repeated('4096 stations', speakers(4096)),
  repeated('64 stations, the same ARP again and again', arpStorm(TALKERS, 0)),
  storm('64 stations, an ARP storm', arpStorm),
  storm('64 stations, a storm of solicitations', solicitationStorm),
  {
    what: 'a flood of new stations',
    known: speakers(FRAMES),
    next: (sent) => speakers(FRAMES, FRAMES + sent),
    fresh: true,
  },
];

/**
 * Sends at a tap of a bridge that floods to one other port; the sender pays for the whole way. Each round measures without a
 * learner and with each, in turn which goes first: what drifts during the run then cancels out.
 */
const benchKernelCost = async (learners: readonly MeasuredLearner[]): Promise<readonly KernelCost[]> => {
  layTap('learn0');
  const tap = new TapEnd('learn0');
  const results: KernelCost[] = [];
  for (const { what, known, next, fresh } of TRAFFIC) {
    if (fresh) ip('link set learn0 type bridge_slave learning off'); // or the bridge itself keeps millions
    let total = 0;
    const nsPerFrame = (): number => {
      tap.write(known.bytes, known.length);
      tap.write(known.bytes, known.length); // as if nothing was added for a while
      const { bytes, length } = next(total);
      total += FRAMES;
      const since = process.cpuUsage(); // not the clock: others run on these processors too
      for (let sent = 0; sent < FRAMES; sent += bytes.length / length) tap.write(bytes, length);
      const { user, system } = process.cpuUsage(since);
      return ((user + system) * 1000) / FRAMES;
    };
    const ways = [
      { ns: [] as number[], measure: nsPerFrame },
      ...learners.map((each) => ({
        ns: [] as number[],
        measure: () => withLearner('learn0', 4096, nsPerFrame, each.BpfLearner),
      })),
    ];
    for (let round = -WARM_UP; round < PAIRS; round++) {
      for (const at of ways.keys()) {
        const way = ways[(at + round + WARM_UP) % ways.length];
        const ns = await way?.measure();
        if (round >= 0 && ns !== undefined) way?.ns.push(ns);
      }
    }
    const [nsWithout = [], ...withEach] = ways.map(({ ns }) => ns);
    for (const [at, nsWith] of withEach.entries()) {
      const pairs = nsWithout.map((without, index) => [without, nsWith[index] ?? Number.NaN] as const);
      results.push({
        what: what + (learners[at]?.name ?? ''),
        nsWithout,
        nsWith,
        nsAdded: pairs.map(([without, with_]) => with_ - without),
        rate: pairs.map(([without, with_]) => without / with_),
      });
    }
  }
  tap.close();
  return results;
};

/** What the program alone takes for one frame, over and over. */
export interface ProgramCost {
  readonly what: string;
  readonly ns: Sample;
}

/** Has the kernel run each learner's program by itself (BPF_PROG_TEST_RUN), in turn. */
const benchProgram = async (learners: readonly MeasuredLearner[]): Promise<readonly ProgramCost[]> => {
  layTap('learn3');
  const frames = [
    { what: 'no IP', frames: { bytes: framesOf(1), length: FRAME_BYTES } },
    { what: 'IPv4', frames: ipv4Packets(1) },
    { what: 'ARP', frames: arpStorm(1, 0) },
  ].map(({ what, frames: { bytes } }) => ({ what, frame: untagged(bytes) }));
  const costs = new Map<string, number[]>();
  for (let turn = -1; turn < PROGRAM_TURNS; turn++) {
    for (const { name, BpfLearner: Learner } of learners) {
      await withLearner(
        'learn3',
        4096,
        () => {
          const program = heldProgram('herald_learn');
          for (const { what, frame } of frames) {
            const ns = runCostNs(program, frame, PROGRAM_RUNS);
            const of = `${what}${name}`;
            if (turn >= 0) costs.set(of, [...(costs.get(of) ?? []), ns]);
          }
        },
        Learner,
      );
    }
  }
  return [...costs].map(([what, ns]) => ({ what, ns }));
};

/**
 * What the program takes where it is, in traffic: the kernel measures each run, which is some 40 ns of what is told. Each round
 * begins with a learner that knows all stations of the traffic, but for new ones.
 */
const benchInPlace = async (learners: readonly MeasuredLearner[]): Promise<readonly ProgramCost[]> => {
  layTap('learn4');
  const tap = new TapEnd('learn4');
  const costs = new Map<string, number[]>();
  const endMeasuring = measureRuns();
  for (const { what, known, next, fresh } of TRAFFIC) {
    if (fresh) ip('link set learn4 type bridge_slave learning off');
    let total = 0;
    for (let turn = -1; turn < PROGRAM_TURNS; turn++) {
      for (const { name, BpfLearner: Learner } of learners) {
        const nsPerRun = await withLearner(
          'learn4',
          4096,
          () => {
            tap.write(known.bytes, known.length);
            tap.write(known.bytes, known.length); // as if nothing was added for a while
            const program = heldProgram('herald_learn');
            const { bytes, length } = next(total);
            total += FRAMES;
            const before = runsOf(program);
            for (let sent = 0; sent < FRAMES; sent += bytes.length / length) tap.write(bytes, length);
            const after = runsOf(program);
            return (after.ns - before.ns) / (after.count - before.count);
          },
          Learner,
        );
        const of = what + name;
        if (turn >= 0) costs.set(of, [...(costs.get(of) ?? []), nsPerRun]);
      }
    }
  }
  endMeasuring();
  tap.close();
  return [...costs].map(([what, ns]) => ({ what, ns }));
};

/** A frame without its tag: the kernel takes it off only of frames that come in. */
const untagged = (frame: Uint8Array): Uint8Array =>
  Uint8Array.from([...frame.subarray(0, 12), ...frame.subarray(16)]);

/** Milliseconds to read and decode 10 000 stations, warm. */
const benchReading = async (): Promise<{ readonly stations: number; readonly ms: Sample }> => {
  layTap('learn1');
  const tap = new TapEnd('learn1');
  const stations = 10_000;
  const ms = await withLearner('learn1', 16_384, async (learner) => {
    tap.write(framesOf(stations), FRAME_BYTES);
    const sample: number[] = [];
    for (let read = -5; read < READS; read++) {
      const since = performance.now();
      const learned = await learner.read({ signal });
      if (learned.stations.length !== stations) {
        throw new Error(`read ${learned.stations.length} of ${stations} stations`);
      }
      if (read >= 0) sample.push(performance.now() - since);
    }
    return sample;
  });
  tap.close();
  return { stations, ms };
};

/** What learning costs this process while frames come in at some rate. */
interface UserCost {
  readonly framesPerSecond: Sample;
  readonly cpuMsPerSecond: Sample;
}

/** CPU time of this process while it reads its stations ten times a second, at each rate in turn. */
const benchUserCost = async (): Promise<readonly UserCost[]> => {
  layTap('learn2');
  const results = RATES.map((rate) => ({
    rate,
    framesPerSecond: [] as number[],
    cpuMsPerSecond: [] as number[],
  }));
  await withLearner('learn2', 4096, async (learner) => {
    fill('learn2');
    for (let turn = -1; turn < TURNS; turn++) {
      for (const { rate, framesPerSecond, cpuMsPerSecond } of results) {
        const sender = rate === 0 ? undefined : await startSender('learn2', rate);
        const frames = received('learn2');
        const cpu = process.cpuUsage();
        const since = performance.now();
        while (performance.now() - since < WATCH_MS) {
          const { stations } = await learner.read({ signal });
          if (stations.length !== SENDER_STATIONS) throw new Error(`learned ${stations.length} stations`);
          await new Promise((resolve) => setTimeout(resolve, READ_EVERY_MS));
        }
        const { user, system } = process.cpuUsage(cpu);
        const seconds = (performance.now() - since) / 1000;
        if (sender) await stopped(sender);
        if (turn < 0) continue; // the first warms up
        cpuMsPerSecond.push((user + system) / 1000 / seconds);
        framesPerSecond.push((received('learn2') - frames) / seconds);
      }
    }
  });
  return results;
};

/** Makes the stations known without a sender that runs on. */
const fill = (name: string): void => {
  const tap = new TapEnd(name);
  tap.write(framesOf(SENDER_STATIONS), FRAME_BYTES);
  tap.close();
};

const received = (name: string): number => {
  const [link] = JSON.parse(execFileSync('ip', ['-j', '-s', 'link', 'show', name], { encoding: 'utf8' })) as {
    readonly stats64: { readonly rx: { readonly packets: number } };
  }[];
  return link?.stats64.rx.packets ?? Number.NaN;
};

const startSender = async (name: string, rate: number): Promise<ChildProcess> => {
  const script = fileURLToPath(new URL('tap-sender-main.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script, name, String(rate)], {
    stdio: ['pipe', 'pipe', 'inherit'], // it ends with its standard input, and so with this process
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
};

const stopped = async (child: ChildProcess): Promise<void> => {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
};

/** What in-kernel learning costs, at taps of a bridge made for it in the current namespace: each part is measured when it is called. */
export const benchLearner = async () => {
  layBridge();
  const learners = await measuredLearners();
  return {
    program: () => benchProgram(learners),
    inPlace: () => benchInPlace(learners),
    kernel: () => benchKernelCost(learners),
    reading: benchReading,
    user: benchUserCost,
  };
};
