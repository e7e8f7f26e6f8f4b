// Learns at taps in the namespace it was started in. See learner-driver.ts.
import { readdirSync, readFileSync } from 'node:fs';
import type { FrameChannel, Port, PortLearner } from '@nic-herald/core';
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
import type { LearnerName, LearnerRequest } from './learner-driver.js';
import { serveDriver } from './serve-driver.js';
import { TapEnd } from './tap-end.js';

const { signal } = new AbortController();
const taps = new Map<string, TapEnd>();
const learners = new Map<string, PortLearner>();
const channels = new Map<string, FrameChannel>();
let sink: LinuxTapSink | undefined;

const tapPort = (name: string): Port => ({ kind: 'tap', name });

const learnerOf = (name: LearnerName, capacity = 1024, tcx = true) =>
  name === 'linux-bpf' ? new BpfLearner(capacity, { tcx }) : new BridgeLearner(capacity);

const opened = (port: string): PortLearner => {
  const learner = learners.get(port);
  if (!learner) throw new TypeError(`nothing learns at ${port}`);
  return learner;
};

const channelTo = async (tap: string): Promise<FrameChannel> => {
  if (!sink) {
    sink = new LinuxTapSink(realClock);
    await sink.start();
  }
  const channel = channels.get(tap) ?? (await sink.open(tapPort(tap), { direction: 'from-guest' }));
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
      taps.set(request.tap, new TapEnd(request.tap));
      return undefined;
    case 'write':
      for (const frame of request.frames) {
        taps.get(request.tap)?.write(new Uint8Array(Buffer.from(frame, 'hex')), frame.length / 2);
      }
      return undefined;
    case 'inject':
      return (await channelTo(request.tap)).prepare(batchOfHex(request.frames)).send();
    case 'supports':
      return 'preference' in (await learnerOf(request.learner).claim(tapPort(request.port)));
    case 'open':
      learners.set(
        request.port,
        await learnerOf(request.learner, request.capacity, request.tcx).open(tapPort(request.port)),
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
