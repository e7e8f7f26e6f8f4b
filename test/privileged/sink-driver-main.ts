// Runs a LinuxTapSink in the namespace it was started in. See sink-driver.ts.
import type { FrameChannel, FrameDirection, PreparedBatch, SinkState } from '@nic-herald/core';
import { LinuxTapSink, probeLinuxSink } from '@nic-herald/sink-linux';
import { realClock } from '../conformance/real-clock.js';
import { batchOfHex } from './batch-of-hex.js';
import { serveDriver } from './serve-driver.js';
import type { SinkRequest } from './sink-driver.js';
import { TapEnd } from './tap-end.js';

const sink = new LinuxTapSink(realClock);
const told: SinkState[] = [];
sink.watch((state) => told.push(state));
const prepared = new Map<string, PreparedBatch>();
const { signal } = new AbortController();
const channels = new Map<string, FrameChannel>();
const taps = new Map<string, TapEnd>();

const channelOf = (port: string): FrameChannel => {
  const channel = channels.get(port);
  if (!channel) throw new TypeError(`port ${port} is not open`);
  return channel;
};

await serveDriver(async (request: SinkRequest) => {
  switch (request.do) {
    case 'start':
      return sink.start();
    case 'probe':
      return probeLinuxSink();
    case 'hold':
      taps.set(request.tap, new TapEnd(request.tap));
      return undefined;
    case 'read':
      return Buffer.from(taps.get(request.tap)?.read() ?? []).toString('hex');
    case 'open':
      channels.set(
        request.port,
        await sink.open(
          { kind: 'tap', name: request.port },
          { direction: request.direction satisfies FrameDirection },
        ),
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
    case 'close':
      for (const channel of channels.values()) await channel.close();
      return sink.close();
  }
});
