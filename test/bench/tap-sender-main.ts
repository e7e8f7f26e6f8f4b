// Sends at a tap as a guest would, from a process of its own: TAP, frames per second.
import { setTimeout as sleep } from 'node:timers/promises';
import { TapEnd } from '../privileged/tap-end.js';
import { FRAME_BYTES, framesOf, SENDER_STATIONS } from './tap-traffic.js';

const [name = '', rate = '0'] = process.argv.slice(2);
const tap = new TapEnd(name);
const frames = framesOf(SENDER_STATIONS);
const start = performance.now();
process.stdin.resume().once('end', () => process.exit());
process.stdout.write('ready\n');
for (let sent = 0; ; ) {
  const due = Math.floor(((performance.now() - start) / 1000) * Number(rate));
  while (sent < due) {
    const count = Math.min(due - sent, SENDER_STATIONS);
    tap.write(frames, FRAME_BYTES, 0, count);
    sent += count;
  }
  await sleep(2);
}
