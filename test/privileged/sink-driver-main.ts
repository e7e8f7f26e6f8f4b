// Runs a LinuxTapSink in the namespace it was started in, as told line by line on standard input: a process is
// in one network namespace, so each test needs one of its own. See sink-driver.ts.
import { openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { FrameChannel, FrameDirection } from '@nic-herald/core';
import { LinuxTapSink, probeLinuxSink } from '@nic-herald/sink-linux';
import koffi from 'koffi';
import type { DriverRequest } from './sink-driver.js';

const sink = new LinuxTapSink();
const channels = new Map<string, FrameChannel>();
const taps = new Map<string, number>();

const channelOf = (port: string): FrameChannel => {
  const channel = channels.get(port);
  if (!channel) throw new TypeError(`port ${port} is not open`);
  return channel;
};

/** Opens a tap as QEMU does, which gives it carrier: TUNSETIFF with IFF_TAP and IFF_NO_PI. */
const holdTap = (name: string): void => {
  const fd = openSync('/dev/net/tun', 'r+');
  const request = new Uint8Array(40);
  new TextEncoder().encodeInto(name, request);
  new DataView(request.buffer).setUint16(16, 0x1002, true);
  const ioctl = koffi.load(null).func('int ioctl(int, unsigned long, void *)') as (
    ...of: unknown[]
  ) => number;
  if (ioctl(fd, 0x400454ca, request) !== 0) throw new TypeError(`TUNSETIFF ${name}: errno ${koffi.errno()}`);
  taps.set(name, fd);
};

const frameFromTap = (name: string): string => {
  const buffer = Buffer.alloc(2048);
  return buffer.subarray(0, readSync(taps.get(name) ?? -1, buffer)).toString('hex');
};

const batchOf = (frames: readonly string[]) => {
  const bytes = frames.map((frame) => Buffer.from(frame, 'hex'));
  const starts = Uint32Array.from({ length: frames.length + 1 }, (_, index) =>
    bytes.slice(0, index).reduce((sum, frame) => sum + frame.length, 0),
  );
  return { bytes: new Uint8Array(Buffer.concat(bytes)), starts };
};

const run = async (request: DriverRequest): Promise<unknown> => {
  switch (request.do) {
    case 'start':
      return sink.start();
    case 'probe':
      return probeLinuxSink();
    case 'hold':
      return holdTap(request.tap);
    case 'read':
      return frameFromTap(request.tap);
    case 'open':
      channels.set(
        request.port,
        await sink.open({ kind: 'tap', name: request.port }, request.direction satisfies FrameDirection),
      );
      return undefined;
    case 'send':
      return channelOf(request.port).prepare(batchOf(request.frames)).send();
    case 'health':
      return channelOf(request.port).health();
    case 'close':
      for (const channel of channels.values()) await channel.close();
      return sink.close();
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await run(JSON.parse(line) as DriverRequest).then(
    (value) => ({ value }),
    (error: Error & { readonly code?: string }) => ({ code: error.code ?? 'none', message: error.message }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
