import { createInterface } from 'node:readline';
import { openPacketSocket } from '@nic-herald/linux-sys';
import { streamFrame } from './multicast-frame.js';
import type { ProberCommand } from './peer-prober.js';
import { arpRequest, askerAddress, probeFrame } from './probe-frame.js';
import { sendFrames } from './send-frames.js';

// Runs inside the peer's namespace, one command per line on stdin. Ends with its stdin.

const socket = openPacketSocket({ interfaceName: process.argv[2] ?? 'peer0' });
let timer: NodeJS.Timeout | undefined;

createInterface({ input: process.stdin })
  .on('line', (line) => obey(JSON.parse(line) as ProberCommand))
  .on('close', () => process.exit(0));
process.stdout.write('ready\n');

function obey(command: ProberCommand): void {
  if (command.do === 'ask') {
    ask(command);
    return;
  }
  if (command.do === 'send') {
    sendFrames(
      socket,
      command.frames.map((frame) => Buffer.from(frame, 'hex')),
    );
    return;
  }
  clearInterval(timer);
  if (command.do === 'arp')
    sendFrames(
      socket,
      command.stations.map((station) => arpRequest(station)),
    );
  if (command.do !== 'probe' && command.do !== 'stream') return;
  let sequence = 0;
  timer = setInterval(() => {
    sequence++;
    sendFrames(
      socket,
      command.do === 'probe'
        ? command.stations.map((station) => probeFrame(station, sequence))
        : command.streams.map((stream) => streamFrame(stream, sequence)),
    );
  }, command.everyMs);
}

function ask({ station, count, everyMs }: Extract<ProberCommand, { do: 'ask' }>): void {
  let number = 0;
  const asking = setInterval(() => {
    sendFrames(socket, [arpRequest(station, askerAddress(station, number))]);
    number++;
    if (number === count) clearInterval(asking);
  }, everyMs);
}
