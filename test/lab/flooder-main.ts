import { randomFillSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPacketSocket, SendBatch } from '@nic-herald/linux-sys';
import { floodEtherType } from './flooder.js';

// Runs inside a host's namespace: frames from ever new source MACs out of an interface, at a steady rate.
// Arguments: interface, frames, frames per second. Prints how many were sent, and ends.

const [interfaceName = '', total = '0', perSecond = '1'] = process.argv.slice(2);
const batchFrames = 1024;
const frameBytes = 60;

const socket = openPacketSocket({ interfaceName });
const frames = new Uint8Array(batchFrames * frameBytes);
const starts = Uint32Array.from({ length: batchFrames + 1 }, (_, index) => index * frameBytes);
const sources = new Uint8Array(batchFrames * 6);
const begunAtMs = performance.now();
let sent = 0;
while (sent < Number(total)) {
  randomFillSync(sources);
  for (let index = 0; index < batchFrames; index++) {
    const at = index * frameBytes;
    frames[at] = 0x02; // to nobody
    frames.set(sources.subarray(index * 6, index * 6 + 6), at + 6);
    frames[at + 6] = ((frames[at + 6] ?? 0) & 0xfc) | 0x02; // a station's, locally administered
    frames[at + 12] = floodEtherType >> 8;
    frames[at + 13] = floodEtherType & 0xff;
  }
  sent += new SendBatch(socket, frames, starts).send().sent;
  const aheadMs = (sent / Number(perSecond)) * 1000 - (performance.now() - begunAtMs);
  await sleep(Math.max(0, aheadMs));
}
process.stdout.write(`${sent}\n`);
socket.close();
