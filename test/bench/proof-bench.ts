import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Station } from '@nic-herald/core';
import { loadSocketFilter, openPacketSocket, SendBatch, watchFrames } from '@nic-herald/linux-sys';
import { MacAddress } from '@nic-herald/wire';
import { Arrivals } from '../../packages/proof/src/arrivals.js';
import { SealedFrames } from '../../packages/proof/src/sealed-frames.js';
import { listeningAt } from '../privileged/listening-at.js';
import { TapEnd } from '../privileged/tap-end.js';
import type { KernelCost, ProgramCost } from './learner-bench.js';
import { pairedCost } from './paired-cost.js';
import { heldProgram, measureRuns, runsOf } from './program-cost.js';
import { arriveAlone, NOTHING, nothingAlone, witnessAlone } from './proof-programs-alone.js';
import { FRAME_BYTES } from './tap-traffic.js';

const FRAMES = 16_384;
/** As many as a batch sends at once, too. */
const STATIONS = 1024;
const ROUNDS = Number(process.env['HERALD_BENCH_ROUNDS'] ?? 40);
const PROGRAM_TURNS = 15;
const WARM_UP = 2;
const TAP = 'proof0';
const UPLINK = 'proofup';

/** A bridge with a guest's tap and an uplink, whose far end is the network. What comes from there is flooded to the tap alone. */
const layBridge = (): void => {
  for (const words of [
    'link add proofbr type bridge forward_delay 0',
    `link add ${UPLINK} type veth peer name prooffar`,
    `tuntap add ${TAP} mode tap`,
    ...[UPLINK, TAP].map((port) => `link set ${port} master proofbr`),
    ...['proofbr', UPLINK, 'prooffar', TAP].map((link) => `link set ${link} up`),
  ]) {
    execFileSync('ip', words.split(' '));
  }
};

const indexOf = (device: string): number => {
  const [link] = JSON.parse(execFileSync('ip', ['-j', 'link', 'show', device], { encoding: 'utf8' })) as {
    readonly ifindex: number;
  }[];
  return link?.ifindex ?? Number.NaN;
};

const macOf = (index: number): MacAddress =>
  MacAddress.of(
    `52:54:00:bb:${[index >> 8, index & 255].map((one) => one.toString(16).padStart(2, '0')).join(':')}`,
  );

const stations = (count: number, first = 0): readonly Station[] =>
  Array.from({ length: count }, (_, index) => ({ mac: macOf(first + index) }));

/** Frames from the network, each to another of the stations. */
const framesTo = (to: readonly Station[]): Uint8Array => {
  const frames = new Uint8Array(STATIONS * FRAME_BYTES);
  const view = new DataView(frames.buffer);
  for (let index = 0; index < STATIONS; index++) {
    const at = index * FRAME_BYTES;
    const mac = to[index % to.length]?.mac;
    if (mac !== undefined) MacAddress.write(mac, frames, at);
    frames.set([0x52, 0x54, 0, 0xff, 0xff, 0xff], at + 6);
    view.setUint16(at + 12, 0x88b5); // an EtherType for local experiments
  }
  return frames;
};

type Send = (frames: number) => void;

/** Sends from the network, until so many went. */
const sender = (socket: { readonly fd: number }, to: readonly Station[]): Send => {
  const starts = Uint32Array.from({ length: STATIONS + 1 }, (_, index) => index * FRAME_BYTES);
  const batch = new SendBatch(socket, framesTo(to), starts);
  return (frames) => {
    for (let sent = 0; sent < frames; sent += STATIONS) batch.send();
  };
};

/** Awaits stations of a guest that runs. */
const awaiting = (count: number): Arrivals => {
  const arrivals = Arrivals.watch(indexOf(TAP), STATIONS);
  arrivals.await(stations(count));
  arrivals.guestRuns();
  return arrivals;
};

const hearing = (): SealedFrames => {
  const frames = SealedFrames.create();
  frames.listenAt([indexOf(UPLINK)]);
  return frames;
};

const withNothing = (): { close(): void } => {
  const program = loadSocketFilter('herald_nothing', NOTHING);
  const watch = watchFrames(indexOf(TAP), program.number);
  return {
    close: () => {
      void watch.closeInBackground();
      program.close();
    },
  };
};

/** Until no socket listens any more: they are closed in the background. */
const silence = async (): Promise<void> => {
  while (listeningAt().length > 0) await sleep(5);
};

/** A way to watch, and to whom is sent meanwhile. */
interface Watched {
  readonly what: string;
  readonly program: string;
  readonly to: readonly Station[];
  readonly open: () => { close(): void };
}

const WATCHED: readonly Watched[] = [
  {
    what: 'arrive, 1 awaited, for it',
    program: 'herald_arrive',
    to: stations(1),
    open: () => awaiting(1),
  },
  {
    what: 'arrive, 1024 awaited, for each',
    program: 'herald_arrive',
    to: stations(STATIONS),
    open: () => awaiting(STATIONS),
  },
  {
    what: 'arrive, 1024 awaited, for others',
    program: 'herald_arrive',
    to: stations(STATIONS, STATIONS),
    open: () => awaiting(STATIONS),
  },
  { what: 'witness, no RARP', program: 'herald_witness', to: stations(STATIONS), open: hearing },
];

/** A program that does nothing, at the same place and shown the same. */
const BARE: Watched = {
  what: 'a program that does nothing, at the tap',
  program: 'herald_nothing',
  to: stations(STATIONS),
  open: withNothing,
};

/** What a program takes for a frame where it is, as the kernel measures each run, the measuring with it. */
const inPlaceNs = async ({ what, program, open }: Watched, send: Send): Promise<number> => {
  const opened = open();
  send(STATIONS); // each station is noted
  const held = heldProgram(program);
  const before = runsOf(held);
  send(FRAMES);
  const after = runsOf(held);
  opened.close();
  await silence();
  const count = after.count - before.count;
  if (count < FRAMES) throw new Error(`${what}: ran for ${count} of ${FRAMES} frames`);
  return (after.ns - before.ns) / count;
};

/** What the programs take in traffic beyond one that does nothing, which is measured just before. */
const benchInPlace = async (socket: { readonly fd: number }): Promise<readonly ProgramCost[]> => {
  const sendBare = sender(socket, BARE.to);
  const bare = { what: BARE.what, ns: [] as number[] };
  const costs = WATCHED.map((watched) => {
    const send = sender(socket, watched.to);
    return {
      what: `${watched.what}: beyond that`,
      measure: () => inPlaceNs(watched, send),
      ns: [] as number[],
    };
  });
  const endMeasuring = measureRuns();
  for (let turn = -1; turn < PROGRAM_TURNS; turn++) {
    for (const { measure, ns } of costs) {
      const nothing = await inPlaceNs(BARE, sendBare);
      const all = await measure();
      if (turn < 0) continue; // the first warms up
      bare.ns.push(nothing);
      ns.push(all - nothing);
    }
  }
  endMeasuring();
  return [bare, ...costs];
};

/** The sender pays for the whole way of its frames: through the cable, the bridge and to the tap, whose queue is full. */
const benchKernelCost = async (socket: { readonly fd: number }): Promise<readonly KernelCost[]> => {
  const results: KernelCost[] = [];
  for (const { what, to, open } of [BARE, ...WATCHED]) {
    const send = sender(socket, to);
    const nsPerFrame = (): number => {
      send(STATIONS);
      const since = process.cpuUsage(); // not the clock: others run on these processors too
      send(FRAMES);
      const { user, system } = process.cpuUsage(since);
      return ((user + system) * 1000) / FRAMES;
    };
    const on = async (): Promise<number> => {
      const opened = open();
      const ns = nsPerFrame();
      opened.close();
      await silence();
      return ns;
    };
    results.push(
      await pairedCost(what, { pairs: ROUNDS, warmUp: WARM_UP }, { without: nsPerFrame, with: on }),
    );
  }
  return results;
};

/** What a proof's programs cost, at a bridge made for it in the current namespace: each part is measured when it is called. */
export const benchProof = async () => {
  layBridge();
  const tap = new TapEnd(TAP); // held until the end, and never read
  await sleep(500); // until the ports forward
  const socket = openPacketSocket({ interfaceName: 'prooffar', sendTimeoutMs: 1000 });
  return {
    program: () => [...nothingAlone(), ...arriveAlone(stations(STATIONS)), ...witnessAlone(macOf(0))],
    inPlace: () => benchInPlace(socket),
    kernel: () => benchKernelCost(socket),
    close: () => {
      socket.close();
      tap.close();
    },
  };
};
