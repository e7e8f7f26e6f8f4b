import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPacketSocket } from '@nic-herald/linux-sys';
import { frameFrom, type SpokenPair } from './pair-speaker.js';
import { sendFrames } from './send-frames.js';
import { cableEnd } from './tap-cable.js';

// Runs inside a host's namespace: one frame from each (MAC, VLAN) that stdin names, slowly enough for any switch.

const framesAtOnce = 16;
const everyMs = 4;

const pairs = JSON.parse(await text(process.stdin)) as readonly SpokenPair[];
const socket = openPacketSocket({ interfaceName: cableEnd });
for (let from = 0; from < pairs.length; from += framesAtOnce) {
  sendFrames(socket, pairs.slice(from, from + framesAtOnce).map(frameFrom));
  await sleep(everyMs);
}
socket.close();
