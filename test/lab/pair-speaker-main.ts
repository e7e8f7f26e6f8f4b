import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPacketSocket, SendBatch } from '@nic-herald/linux-sys';
import { frameFrom, type SpokenPair } from './pair-speaker.js';
import { cableEnd } from './tap-cable.js';

// Runs inside a host's namespace: one frame from each (MAC, VLAN) that stdin names, slowly enough for any switch.

const framesAtOnce = 16;
const everyMs = 4;

const pairs = JSON.parse(await text(process.stdin)) as readonly SpokenPair[];
const socket = openPacketSocket({ interfaceName: cableEnd });
for (let from = 0; from < pairs.length; from += framesAtOnce) {
  const frames = pairs.slice(from, from + framesAtOnce).map(frameFrom);
  const starts = [0];
  for (const frame of frames) starts.push((starts.at(-1) ?? 0) + frame.length);
  const bytes = new Uint8Array(starts.at(-1) ?? 0);
  for (const [index, frame] of frames.entries()) bytes.set(frame, starts[index]);
  new SendBatch(socket, bytes, Uint32Array.from(starts)).send();
  await sleep(everyMs);
}
socket.close();
