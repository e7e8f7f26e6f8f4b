import { join } from 'node:path';
import { LabProcess } from './lab-process.js';
import type { MulticastStream } from './multicast-stream.js';
import { nodeCommand } from './node-command.js';
import type { Station } from './station.js';
import { waitUntil } from './wait-until.js';

export type ProberCommand =
  | { readonly do: 'probe'; readonly stations: readonly Station[]; readonly everyMs: number }
  | { readonly do: 'stream'; readonly streams: readonly MulticastStream[]; readonly everyMs: number }
  | { readonly do: 'arp'; readonly stations: readonly Station[] }
  | { readonly do: 'ask'; readonly station: Station; readonly count: number; readonly everyMs: number }
  | { readonly do: 'send'; readonly frames: readonly string[] }
  | { readonly do: 'rest' };

/** The peer: a process in its own namespace that sends unicast frames to the guest's stations. */
export class PeerProber {
  readonly #process: LabProcess;

  private constructor(process: LabProcess) {
    this.#process = process;
  }

  static async start(namespace: string, directory: string, device = 'peer0'): Promise<PeerProber> {
    let output = '';
    const prober = new LabProcess({
      title: `peer prober at ${device}`,
      namespace,
      command: nodeCommand('peer-prober-main.ts', device),
      logFile: join(directory, `prober-${device}.log`),
      onStdout: (text) => {
        output += text;
      },
    });
    await waitUntil('the peer prober to start', { timeoutMs: 15_000 }, () => {
      prober.assertRunning();
      return output.includes('ready') || undefined;
    });
    return new PeerProber(prober);
  }

  /** From now on one probe to each station every `everyMs` milliseconds. */
  probe(stations: readonly Station[], everyMs: number): void {
    this.#order({ do: 'probe', stations, everyMs });
  }

  /** From now on one datagram of each multicast stream every `everyMs` milliseconds, and no probes. */
  stream(streams: readonly MulticastStream[], everyMs: number): void {
    this.#order({ do: 'stream', streams, everyMs });
  }

  /** Stops probing and asks each station once for its address. */
  askAddresses(stations: readonly Station[]): void {
    this.#order({ do: 'arp', stations });
  }

  /** Asks a station for its address `count` times, beside what else is sent. {@link askerAddress} tells the answers apart. */
  ask(station: Station, count: number, everyMs: number): void {
    this.#order({ do: 'ask', station, count, everyMs });
  }

  /** Sends whole frames at once, beside what else is sent. */
  send(frames: readonly Uint8Array[]): void {
    this.#order({ do: 'send', frames: frames.map((frame) => Buffer.from(frame).toString('hex')) });
  }

  rest(): void {
    this.#order({ do: 'rest' });
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM');
  }

  #order(command: ProberCommand): void {
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
  }
}
