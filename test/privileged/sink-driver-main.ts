// Runs a LinuxTapSink in the namespace it was started in. See sink-driver.ts.
import type {
  ArmedFrames,
  FrameChannel,
  FrameDirection,
  PortLearner,
  PreparedBatch,
  SinkState,
  Taken,
} from '@nic-herald/core';
import { BpfLearner } from '@nic-herald/learner-linux';
import { LinuxTapSink, probeLinuxSink } from '@nic-herald/sink-linux';
import { MacAddress } from '@nic-herald/wire';
import { realClock } from '../conformance/real-clock.js';
import { batchOfHex } from './batch-of-hex.js';
import { portEnd, portNamed } from './port-end.js';
import { serveDriver } from './serve-driver.js';
import type { SinkRequest } from './sink-driver.js';

const mostHoldUs = process.env['HERALD_TEST_MOST_HOLD_US'];
const tcx = process.env['HERALD_TEST_TCX'] !== 'no';
const sink = new LinuxTapSink(realClock, {
  tcx,
  ...(mostHoldUs !== undefined && { mostHoldUs: Number(mostHoldUs) }),
});
const told: SinkState[] = [];
sink.watch((state) => told.push(state));
const prepared = new Map<string, PreparedBatch>();
const { signal } = new AbortController();
const channels = new Map<string, FrameChannel>();
const taps = new Map<string, ReturnType<typeof portEnd>>();
const armed = new Map<string, ArmedFrames>();
const learners = new Map<string, PortLearner>();

const channelOf = (port: string): FrameChannel => {
  const channel = channels.get(port);
  if (!channel) throw new TypeError(`port ${port} is not open`);
  return channel;
};

const arm = ({ port, frames, ...words }: Extract<SinkRequest, { readonly do: 'arm' }>): unknown => {
  const batch = channelOf(port).prepare(batchOfHex(frames));
  const instead = words.instead === true ? armed.get(port) : undefined;
  const outcome = batch.arm?.({
    trigger: MacAddress.of(words.trigger ?? '52:54:00:bb:00:01'),
    count: frames.length,
    ungranted: words.ungranted ?? frames.length,
    holdUs: words.holdUs ?? 100_000,
    ...(instead !== undefined && { instead }),
  });
  if (outcome === undefined || 'refusal' in outcome) return outcome;
  armed.set(port, outcome);
  prepared.set(port, batch);
  return 'armed';
};

const go = (port: string): Taken => {
  const taken = armed.get(port)?.take() ?? { firedBy: 'agent' };
  armed.delete(port);
  const first = taken.firedBy === 'kernel' ? taken.sent : 0;
  prepared.get(port)?.send(first, Number.MAX_SAFE_INTEGER);
  return taken;
};

await serveDriver(async (request: SinkRequest) => {
  switch (request.do) {
    case 'start':
      return sink.start();
    case 'probe':
      return probeLinuxSink();
    case 'hold':
      taps.set(request.tap, portEnd(request.tap));
      return undefined;
    case 'read':
      return Buffer.from(taps.get(request.tap)?.read() ?? []).toString('hex');
    case 'open':
      channels.set(
        request.port,
        await sink.open(portNamed(request.port), { direction: request.direction satisfies FrameDirection }),
      );
      return undefined;
    case 'send':
      return channelOf(request.port).prepare(batchOfHex(request.frames)).send();
    case 'prepare':
      prepared.set(request.port, channelOf(request.port).prepare(batchOfHex(request.frames)));
      return undefined;
    case 'fire':
      return prepared.get(request.port)?.send();
    case 'lost':
      return channelOf(request.port).lost?.() ?? 'not known';
    case 'told':
      return told;
    case 'health':
      return channelOf(request.port).health({ signal });
    case 'arm':
      return arm(request);
    case 'take':
      return armed.get(request.port)?.take();
    case 'learn':
      learners.set(request.port, await new BpfLearner(256, { tcx }).open(portNamed(request.port)));
      return undefined;
    case 'learned':
      return (await learners.get(request.port)?.read({ signal }))?.stations.map(({ station }) => station.mac);
    case 'go':
      return go(request.port);
    case 'write': {
      const frame = new Uint8Array(Buffer.from(request.frame, 'hex'));
      taps.get(request.tap)?.write(frame, frame.length);
      return undefined;
    }
    case 'lend':
      return sink.grant.lend(request.count);
    case 'reclaim':
      return sink.grant.reclaim();
    case 'kernel-path':
      return sink.kernelPath;
    case 'hang': {
      const until = performance.now() + request.ms;
      while (performance.now() < until) {}
      return undefined;
    }
    case 'close':
      for (const channel of channels.values()) await channel.close();
      return sink.close();
  }
});
