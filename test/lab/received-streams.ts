import { setTimeout as sleep } from 'node:timers/promises';
import { IpAddress } from '@nic-herald/wire';
import type { LabRig } from './lab-rig.js';
import type { MulticastStream } from './multicast-stream.js';
import type { QemuProcess } from './qemu-process.js';

/** How long each stream is sent alone, and how many of its datagrams the guest must have counted then. */
const aloneMs = 400;
const atLeast = 10;

/**
 * Streams that do not arrive inside the guest. Each is sent alone for a while, and the guest's UDP must count it: a
 * datagram to a group that was joined and that no socket wants is "ignored", one to a group not joined never gets there.
 */
export async function unreceivedStreams(
  rig: LabRig,
  guest: QemuProcess,
  streams: readonly MulticastStream[],
): Promise<string[]> {
  const faults: string[] = [];
  for (const stream of streams) {
    rig.prober.rest();
    await sleep(aloneMs);
    const before = await receivedBy(guest, stream);
    rig.prober.stream([stream], 4);
    await sleep(aloneMs);
    const received = (await receivedBy(guest, stream)) - before;
    if (received < atLeast) faults.push(`the guest counts ${received} datagrams of ${stream.name}`);
  }
  rig.prober.rest();
  return faults;
}

/** What the guest's UDP has counted so far, over the IP version of the stream. */
async function receivedBy(guest: QemuProcess, { group }: MulticastStream): Promise<number> {
  if (IpAddress.isIpv6(group)) {
    const line = await guest.console.run('grep Udp6IgnoredMulti /proc/net/snmp6');
    return Number(line.split(/\s+/)[1]);
  }
  const [names = '', values = ''] = (await guest.console.run('grep ^Udp: /proc/net/snmp')).split('\n');
  return Number(values.split(/\s+/)[names.split(/\s+/).indexOf('IgnoredMulti')]);
}
