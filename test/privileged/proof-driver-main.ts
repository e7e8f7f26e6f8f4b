// Proves at ports in the namespace it was started in. See proof-driver.ts.
import type { Port, Station } from '@nic-herald/core';
import { type Links, openLinks, openPacketSocket, SendBatch } from '@nic-herald/linux-sys';
import { Arrivals } from '../../packages/proof/src/arrivals.js';
import { lookAtPort } from '../../packages/proof/src/look-at-port.js';
import { SealedFrames } from '../../packages/proof/src/sealed-frames.js';
import { batchOfHex } from './batch-of-hex.js';
import { listeningAt } from './listening-at.js';
import type { Arrived, ProofRequest, SeenPort, TakenFrame } from './proof-driver.js';
import { serveDriver } from './serve-driver.js';
import { TapEnd } from './tap-end.js';

const taps = new Map<string, TapEnd>();
let links: Links | undefined;
let arrivals: Arrivals | undefined;
let sealed: SealedFrames | undefined;

const known = (): Links => {
  links ??= openLinks();
  return links;
};

const indexOf = (device: string): number => {
  const link = known().find({ name: device });
  if (!link) throw new TypeError(`no interface ${device}`);
  return link.index;
};

const watched = (): Arrivals => {
  if (!arrivals) throw new TypeError('nothing is watched');
  return arrivals;
};

const write = (device: string, frames: readonly string[]): void => {
  const tap = taps.get(device);
  if (tap) {
    for (const frame of frames) tap.write(new Uint8Array(Buffer.from(frame, 'hex')), frame.length / 2);
    return;
  }
  const socket = openPacketSocket({ interfaceName: device });
  const { bytes, starts } = batchOfHex(frames);
  const { failures } = new SendBatch(socket, bytes, starts).send();
  socket.close();
  if (failures.length > 0) throw new TypeError(`errno ${failures[0]?.errno} at ${device}`);
};

const look = async (port: Port, stations: readonly Station[], everywhere: boolean): Promise<SeenPort> => {
  const picture = await lookAtPort(port, known(), stations, everywhere);
  if (picture?.in !== 'bridge') return picture ?? null;
  const { here, elsewhere, ...rest } = picture;
  return {
    ...rest,
    here: [...here].toSorted((a, b) => a.localeCompare(b)),
    elsewhere: Object.fromEntries(elsewhere),
  };
};

const taken = (): readonly TakenFrame[] =>
  (sealed?.take() ?? []).map(({ seal, ...frame }) => ({ ...frame, seal: Buffer.from(seal).toString('hex') }));

await serveDriver(async (request: ProofRequest) => {
  switch (request.do) {
    case 'hold':
      taps.set(request.tap, new TapEnd(request.tap));
      return undefined;
    case 'write':
      return write(request.device, request.frames);
    case 'watch':
      arrivals = Arrivals.watch(indexOf(request.device), request.capacity);
      return undefined;
    case 'await':
      return watched().await(request.stations);
    case 'guest-runs':
      return watched().guestRuns();
    case 'read':
      return Object.fromEntries(watched().read()) satisfies Arrived;
    case 'end-watch':
      return watched().close();
    case 'look':
      return look(request.port, request.stations, request.everywhere);
    case 'listen':
      sealed ??= SealedFrames.create();
      return sealed.listenAt(request.devices.map(indexOf));
    case 'take':
      return taken();
    case 'end-listening':
      sealed?.close();
      sealed = undefined;
      return undefined;
    case 'listening':
      return listeningAt();
  }
});
