import { join } from 'node:path';
import { decodeEthernet, EtherType, isDecodeError } from '@nic-herald/wire';
import { captureAtPeer } from '../lab/capture-at-peer.js';
import { LabProcess } from '../lab/lab-process.js';
import type { LabRig } from '../lab/lab-rig.js';
import type { CapturedFrame, TapReceiver } from '../lab/tap-receiver.js';
import { waitUntil } from '../lab/wait-until.js';

export type Family = 'ipv4' | 'ipv6';
export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** How often each address is pinged, seconds. */
const EVERY_S = 0.01;

/** A client in another network that pings a guest's addresses all the while, and when each answer came. */
export class RoutedClient {
  private constructor(private readonly capture: TapReceiver) {}

  /** Begins to ping, and resolves when both are answered. */
  static async start(rig: LabRig, addresses: Readonly<Record<Family, string>>): Promise<RoutedClient> {
    const client = new RoutedClient(await captureAtPeer(rig));
    for (const family of FAMILIES) {
      const pinging = new LabProcess({
        title: `the client's ping by ${family}`,
        namespace: rig.network.peer,
        command: [
          'busybox',
          'ping',
          '-q',
          family === 'ipv4' ? '-4' : '-6',
          '-i',
          String(EVERY_S),
          addresses[family],
        ],
        logFile: join(rig.directory, `ping-${family}.log`),
      });
      rig.owns({ stop: () => pinging.stop('SIGINT') });
    }
    const sinceMs = Date.now();
    for (const family of FAMILIES) {
      await waitUntil(`the guest to answer by ${family}`, { timeoutMs: 15_000, everyMs: 200 }, async () => {
        const times = await client.answers(family);
        return times.filter((at) => at > sinceMs).length > 20 || undefined;
      });
    }
    return client;
  }

  /** When its pings were answered, ms since 1970 UTC. */
  async answers(family: Family): Promise<readonly number[]> {
    return (await this.capture.frames()).filter(isAnswerOf(family)).map(({ atMs }) => atMs);
  }

  /** The longest time between two answers from a moment on until another, ms: all of it where there was none. */
  async longestGap(family: Family, fromMs: number, untilMs: number): Promise<Gap> {
    const within = (await this.answers(family)).filter((at) => at > fromMs && at < untilMs);
    let longest: Gap = { fromMs, lengthMs: 0 };
    let before = fromMs;
    for (const at of [...within, untilMs]) {
      if (at - before > longest.lengthMs) longest = { fromMs: before, lengthMs: at - before };
      before = at;
    }
    return longest;
  }
}

/** A time without an answer. */
export interface Gap {
  readonly fromMs: number;
  readonly lengthMs: number;
}

const ICMP = 1;
const ICMPV6 = 58;
const ECHO_REPLY = 0;
const ECHO_REPLY_V6 = 129;

const isAnswerOf =
  (family: Family) =>
  ({ bytes }: CapturedFrame): boolean => {
    const frame = decodeEthernet(bytes);
    if (isDecodeError(frame)) return false;
    const at = frame.payloadOffset;
    return family === 'ipv4'
      ? frame.etherType === EtherType.ipv4 && bytes[at + 9] === ICMP && bytes[at + 20] === ECHO_REPLY
      : frame.etherType === EtherType.ipv6 && bytes[at + 6] === ICMPV6 && bytes[at + 40] === ECHO_REPLY_V6;
  };
