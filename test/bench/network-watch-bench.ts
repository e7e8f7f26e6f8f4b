import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LinuxNetworkWatch } from '@nic-herald/learner-linux';
import { openPacketSocket, SendBatch } from '@nic-herald/linux-sys';
import { IpAddress } from '@nic-herald/wire';
import { arpStorm, type Frames, ipv4Packets, ipv6Packets, TALKERS } from './address-traffic.js';
import type { KernelCost } from './learner-bench.js';
import { pairedCost } from './paired-cost.js';

const FRAMES = 16_384;
const PAIRS = 40;
/** Pairs that do not count. */
const WARM_UP = 2;

/** A bridge with a guest's tap, an uplink with its far end, and another port whose far end takes what is flooded. */
const layBridge = (): void => {
  for (const words of [
    'link add watchbr type bridge forward_delay 0',
    'link add watchup type veth peer name watchfar',
    'link add watchout type veth peer name watchend',
    'tuntap add watch0 mode tap',
    ...['watchup', 'watchout', 'watch0'].map((port) => `link set ${port} master watchbr`),
    ...['watchbr', 'watchup', 'watchfar', 'watchout', 'watchend', 'watch0'].map(
      (link) => `link set ${link} up`,
    ),
  ]) {
    execFileSync('ip', words.split(' '));
  }
};

const TRAFFIC: readonly { readonly what: string; readonly frames: Frames }[] = [
  { what: 'IPv4', frames: ipv4Packets(TALKERS) },
  { what: 'IPv6', frames: ipv6Packets(TALKERS) },
  { what: 'ARP from addresses that nobody asked about', frames: arpStorm(TALKERS, 0) },
];

const question = (addresses: readonly string[]) => ({
  macs: new Set<never>(),
  addresses: new Set(addresses.map(IpAddress.of)),
  signal: new AbortController().signal,
});

/** The sender pays for the whole way of its frames: through the cable, the watch and the bridge. */
export const benchNetworkWatch = async (): Promise<readonly KernelCost[]> => {
  layBridge();
  await sleep(500); // until the ports forward
  const socket = openPacketSocket({ interfaceName: 'watchfar', sendTimeoutMs: 1000 });
  const results: KernelCost[] = [];
  for (const { what, frames } of TRAFFIC) {
    const count = frames.bytes.length / frames.length;
    const starts = Uint32Array.from({ length: count + 1 }, (_, index) => index * frames.length);
    const batch = new SendBatch(socket, frames.bytes, starts);
    const nsPerFrame = (): number => {
      batch.send();
      const since = process.cpuUsage(); // not the clock: others run on these processors too
      for (let sent = 0; sent < FRAMES; sent += count) batch.send();
      const { user, system } = process.cpuUsage(since);
      return ((user + system) * 1000) / FRAMES;
    };
    const on = async (): Promise<number> => {
      const watch = new LinuxNetworkWatch({ inKernel: true });
      await watch.look({ kind: 'tap', name: 'watch0' }, question(['198.51.100.1', '2001:db8:9::1']));
      await sleep(30); // until it listens
      try {
        return nsPerFrame();
      } finally {
        await watch.close();
      }
    };
    results.push(
      await pairedCost(what, { pairs: PAIRS, warmUp: WARM_UP }, { without: nsPerFrame, with: on }),
    );
  }
  socket.close();
  return results;
};
