// Watches networks in the namespace it was started in. See network-watch-driver.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { LinuxNetworkWatch, linuxLearner } from '@nic-herald/learner-linux';
import { openPacketSocket, SendBatch } from '@nic-herald/linux-sys';
import { IpAddress, MacAddress } from '@nic-herald/wire';
import { batchOfHex } from './batch-of-hex.js';
import { listeningAt } from './listening-at.js';
import type { Looked, NetworkWatchRequest, OpenFiles } from './network-watch-driver.js';
import { serveDriver } from './serve-driver.js';
import { TapEnd } from './tap-end.js';

const { signal } = new AbortController();
const taps = new Map<string, TapEnd>();
let watch: LinuxNetworkWatch | undefined;

const opened = (): LinuxNetworkWatch => {
  if (!watch) throw new TypeError('nothing watches');
  return watch;
};

const look = async (port: string, times: number, macs: string[], addresses: string[]): Promise<Looked> => {
  const question = {
    macs: new Set(macs.map(MacAddress.of)),
    addresses: new Set(addresses.map(IpAddress.of)),
    signal,
  };
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const since = performance.now();
  const looks = await Promise.all(
    Array.from({ length: times }, () => opened().look({ kind: 'tap', name: port }, question)),
  );
  isOver = true;
  return { look: looks[0] ?? null, tookMs: performance.now() - since, turns };
};

const write = (device: string, frames: readonly string[], mark: number): void => {
  const tap = taps.get(device);
  if (tap) {
    for (const frame of frames) tap.write(new Uint8Array(Buffer.from(frame, 'hex')), frame.length / 2);
    return;
  }
  const socket = openPacketSocket({ interfaceName: device, ...(mark === 0 ? {} : { mark }) });
  const { bytes, starts } = batchOfHex(frames);
  const { failures } = new SendBatch(socket, bytes, starts).send();
  socket.close();
  if (failures.length > 0) throw new TypeError(`errno ${failures[0]?.errno} at ${device}`);
};

const openFiles = (): OpenFiles => {
  const files = readdirSync('/proc/self/fdinfo').flatMap((fd) => {
    try {
      return [readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')];
    } catch {
      return []; // the descriptor of this very listing is gone by now
    }
  });
  return { all: files.length, maps: files.filter((info) => info.includes('map_type:')).length };
};

await serveDriver(async (request: NetworkWatchRequest) => {
  switch (request.do) {
    case 'open':
      watch = new LinuxNetworkWatch({ inKernel: request.inKernel });
      return undefined;
    case 'look':
      return look(request.port, request.times, [...(request.macs ?? [])], [...(request.addresses ?? [])]);
    case 'hold':
      taps.set(request.tap, new TapEnd(request.tap));
      return undefined;
    case 'write':
      return write(request.device, request.frames, request.mark);
    case 'open-files':
      return openFiles();
    case 'listening':
      return listeningAt();
    case 'diagnose':
      return linuxLearner().diagnose?.({ signal });
    case 'close':
      return opened().close();
  }
});
