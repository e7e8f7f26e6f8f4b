import { createInterface } from 'node:readline';
import { openPacketSocket, SendBatch } from '@nic-herald/linux-sys';
import { streamFrame } from './multicast-frame.js';
import type { ProberCommand } from './peer-prober.js';
import { arpRequest, probeFrame } from './probe-frame.js';

// Runs inside the peer's namespace, one command per line on stdin. Ends with its stdin.

const socket = openPacketSocket({ interfaceName: process.argv[2] ?? 'peer0' });
let timer: NodeJS.Timeout | undefined;

createInterface({ input: process.stdin })
  .on('line', (line) => obey(JSON.parse(line) as ProberCommand))
  .on('close', () => process.exit(0));
process.stdout.write('ready\n');

function obey(command: ProberCommand): void {
  clearInterval(timer);
  if (command.do === 'arp') sendAll(command.stations.map(arpRequest));
  if (command.do !== 'probe' && command.do !== 'stream') return;
  let sequence = 0;
  timer = setInterval(() => {
    sequence++;
    sendAll(
      command.do === 'probe'
        ? command.stations.map((station) => probeFrame(station, sequence))
        : command.streams.map((stream) => streamFrame(stream, sequence)),
    );
  }, command.everyMs);
}

function sendAll(frames: readonly Uint8Array[]): void {
  const starts = [0];
  for (const frame of frames) starts.push((starts.at(-1) ?? 0) + frame.length);
  const bytes = new Uint8Array(starts.at(-1) ?? 0);
  for (const [index, frame] of frames.entries()) bytes.set(frame, starts[index]);
  new SendBatch(socket, bytes, Uint32Array.from(starts)).send();
}
