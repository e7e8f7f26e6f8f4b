// Learns at taps in the namespace it was started in. See learner-driver.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameChannel, PortLearner } from '@nic-herald/core';
import { BpfLearner, BridgeLearner, BridgePortLearner, probeLinuxLearner } from '@nic-herald/learner-linux';
import {
  addClassifier,
  addDiscipline,
  findLink,
  instruction,
  loadClassifier,
  NetlinkSocket,
} from '@nic-herald/linux-sys';
import { LinuxTapSink } from '@nic-herald/sink-linux';
import { realClock } from '../conformance/real-clock.js';
import { batchOfHex } from './batch-of-hex.js';
import type { HeardOut, LearnerName, LearnerRequest } from './learner-driver.js';
import { portEnd, portNamed } from './port-end.js';
import { serveDriver } from './serve-driver.js';
import { speakOnTwoQueues } from './two-queues.js';

const { signal } = new AbortController();
const taps = new Map<string, ReturnType<typeof portEnd>>();
const learners = new Map<string, PortLearner>();
const channels = new Map<string, FrameChannel>();
let sink: LinuxTapSink | undefined;

const learnerOf = (name: LearnerName, capacity = 1024, tcx = true) =>
  name === 'linux-bpf' ? new BpfLearner(capacity, { tcx }) : new BridgeLearner(capacity);

const opened = (port: string): PortLearner => {
  const learner = learners.get(port);
  if (!learner) throw new TypeError(`nothing learns at ${port}`);
  return learner;
};

const PAUSE_MS = 5;

const bytesOf = (frame: string): Uint8Array => new Uint8Array(Buffer.from(frame, 'hex'));

const write = (tap: string, frames: readonly string[]): void => {
  for (const frame of frames) taps.get(tap)?.write(bytesOf(frame), frame.length / 2);
};

const speak = async (
  tap: string,
  frames: readonly string[],
  forMs: number,
  queues: 1 | 2,
): Promise<HeardOut> => {
  let fellSilent = performance.now(); // or later
  if (queues === 2) {
    await speakOnTwoQueues(tap, frames.map(bytesOf), forMs);
    fellSilent += forMs; // each began later than that, and spoke so long
  } else {
    for (const until = fellSilent + forMs; fellSilent < until; await sleep(PAUSE_MS)) {
      fellSilent = performance.now();
      write(tap, frames);
    }
  }
  const learned = await opened(tap).read({ signal });
  return { learned, silentMs: performance.now() - fellSilent };
};

const channelTo = async (tap: string): Promise<FrameChannel> => {
  if (!sink) {
    sink = new LinuxTapSink(realClock);
    await sink.start();
  }
  const channel = channels.get(tap) ?? (await sink.open(portNamed(tap), { direction: 'from-guest' }));
  channels.set(tap, channel);
  return channel;
};

/** As the kernel counts it for each map that this process has open, see bpf_map_show_fdinfo. */
const mapBytes = (): number =>
  readdirSync('/proc/self/fdinfo')
    .map((fd) => {
      try {
        return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
      } catch {
        return ''; // the descriptor of this very listing is gone by now
      }
    })
    .filter((info) => info.includes('map_type:'))
    .reduce((sum, info) => sum + Number(/^memlock:\s*(\d+)$/m.exec(info)?.[1] ?? Number.NaN), 0);

/** r0 = -1, exit: the next filter decides. */
const LOOK_AWAY = Buffer.concat([instruction(0xb7, 0, 0, 0, -1), instruction(0x95, 0, 0, 0, 0)]);

const leaveClsact = (port: string): void => {
  const netlink = new NetlinkSocket();
  const index = findLink(netlink, { name: port })?.index ?? 0;
  addDiscipline(netlink, index, 'clsact');
  const program = loadClassifier('herald_learn', new Uint8Array(LOOK_AWAY));
  const place = { hook: 'ingress', priority: 1, handle: 0x6e68, name: 'nic-herald-learn+clsact' } as const;
  addClassifier(netlink, index, place, program.number);
};

await serveDriver(async (request: LearnerRequest) => {
  switch (request.do) {
    case 'probe':
      return probeLinuxLearner();
    case 'map-bytes':
      return mapBytes();
    case 'hold':
      taps.set(request.tap, portEnd(request.tap));
      return undefined;
    case 'write':
      return write(request.tap, request.frames);
    case 'speak':
      return speak(request.tap, request.frames, request.forMs, request.queues);
    case 'inject':
      return (await channelTo(request.tap)).prepare(batchOfHex(request.frames)).send();
    case 'supports':
      return 'preference' in (await learnerOf(request.learner).claim(portNamed(request.port)));
    case 'open':
      learners.set(
        request.port,
        await learnerOf(request.learner, request.capacity, request.tcx).open(portNamed(request.port)),
      );
      return undefined;
    case 'read':
      return opened(request.port).read({ signal });
    case 'injected': {
      const learner = opened(request.port);
      if (learner instanceof BridgePortLearner) learner.injected(request.stations);
      return undefined;
    }
    case 'leave-clsact':
      return leaveClsact(request.port);
    case 'close':
      return opened(request.port).close();
  }
});
