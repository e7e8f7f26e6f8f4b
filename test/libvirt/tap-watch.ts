import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import type { LabRig } from '../lab/lab-rig.js';
import type { CapturedFrame } from '../lab/tap-receiver.js';
import { TapReceiver } from '../lab/tap-receiver.js';
import type { LibvirtHost } from './libvirt-host.js';

/** The names that libvirt gives. */
export const libvirtTap = /^vnet\d+$/;

/**
 * Captures what the network delivers to the taps of a host as libvirt makes them, by names that nobody knows before: the
 * kernel tells of each, a fifth of a second or more before its guest resumes.
 */
export class TapWatch {
  readonly #rig: LabRig;
  readonly #host: LibvirtHost;
  readonly #process: LabProcess;
  readonly #receivers: Promise<TapReceiver | undefined>[] = [];
  readonly #present = new Set<string>();
  /** Why a tap that is there is not captured. */
  #failure: Error | undefined;
  /** When the last tap that appeared was captured from. */
  listeningSinceMs = 0;

  private constructor(rig: LabRig, host: LibvirtHost) {
    this.#rig = rig;
    this.#host = host;
    let rest = '';
    this.#process = new LabProcess({
      title: `ip monitor on ${host.host}`,
      namespace: host.namespace,
      command: ['ip', '-o', 'monitor', 'link'],
      logFile: join(rig.directory, `links-${host.host}.log`),
      onStdout: (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.#told(line);
      },
    });
    rig.owns({ stop: () => this.#process.stop() });
  }

  static start(rig: LabRig, host: LibvirtHost): TapWatch {
    return new TapWatch(rig, host);
  }

  /** The taps that are there now. */
  get taps(): readonly string[] {
    return [...this.#present];
  }

  /** What was delivered to any of them, in order. */
  async frames(): Promise<readonly CapturedFrame[]> {
    const receivers = await Promise.all(this.#receivers);
    if (this.#failure) throw this.#failure;
    const frames = await Promise.all(receivers.map(async (receiver) => (await receiver?.frames()) ?? []));
    return frames.flat().sort((a, b) => a.atMs - b.atMs);
  }

  #told(line: string): void {
    const tap = /^(?:Deleted )?\d+: ([^:@]+)/.exec(line)?.[1] ?? '';
    if (!libvirtTap.test(tap)) return;
    if (line.startsWith('Deleted')) this.#present.delete(tap);
    // Before a tap is up nothing can be captured there.
    else if (/[<,]UP[,>]/.test(line) && !this.#present.has(tap)) {
      this.#present.add(tap);
      this.#receivers.push(this.#capture(tap));
    }
  }

  async #capture(tap: string): Promise<TapReceiver | undefined> {
    // A daemon that starts again gives names again.
    const name = `${this.#host.host}-${tap}-${this.#receivers.length}.pcap`;
    const file = join(this.#rig.directory, name);
    const receiver = await TapReceiver.start(this.#host.namespace, tap, 'out', file).catch((error) => {
      if (this.#present.has(tap)) this.#failure = error as Error;
      return undefined;
    });
    if (receiver === undefined) return undefined;
    this.listeningSinceMs = Date.now();
    this.#rig.owns(receiver);
    return receiver;
  }
}
