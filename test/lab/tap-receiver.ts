import { readFile } from 'node:fs/promises';
import { decodePcap, isDecodeError } from '@nic-herald/wire';
import { LabProcess } from './lab-process.js';
import { waitUntil } from './wait-until.js';

/** How long a frame may take from the kernel's time stamp to the file. */
export const captureDelayMs = 300;

/** A captured frame with the kernel's own time stamp. */
export interface CapturedFrame {
  /** Milliseconds since the epoch, with nanoseconds behind the point as far as a double goes. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

export interface ReceiverOptions {
  /** The kernel's buffer, KiB: for more frames in a second than tcpdump's own 2048 take. */
  readonly bufferKib?: number;
}

/**
 * tcpdump on one device and one direction, into a file. 'out' of a tap is what the network delivers to the guest,
 * 'in' is what the guest (or an injector on its behalf) sends.
 */
export class TapReceiver {
  readonly file: string;
  readonly #process: LabProcess;
  #seen: readonly CapturedFrame[] = [];

  private constructor(process: LabProcess, file: string) {
    this.#process = process;
    this.file = file;
  }

  static async start(
    namespace: string,
    device: string,
    direction: 'in' | 'out',
    file: string,
    options: ReceiverOptions = {},
  ): Promise<TapReceiver> {
    let said = '';
    const process = new LabProcess({
      title: `tcpdump on ${device}`,
      namespace,
      command: [
        ...['tcpdump', '-i', device, '-Q', direction, '-w', file, '-U', '-s', '128', '-n', '-Z', 'root'],
        ...['--time-stamp-precision=nano', '--immediate-mode'],
        ...(options.bufferKib === undefined ? [] : ['-B', String(options.bufferKib)]),
      ],
      logFile: `${file}.log`,
      onStderr: (text) => {
        said += text;
      },
    });
    await waitUntil(`tcpdump to listen on ${device}`, { timeoutMs: 10_000, everyMs: 10 }, () => {
      process.assertRunning();
      return said.includes('listening on') || undefined;
    });
    return new TapReceiver(process, file);
  }

  /** What was captured so far; while tcpdump runs, all but the last {@link captureDelayMs}. */
  async frames(): Promise<readonly CapturedFrame[]> {
    const capture = decodePcap(await readFile(this.file));
    // Read in the middle of a write: the last good reading stands until the next one.
    if (!isDecodeError(capture)) {
      this.#seen = capture.records.map((record) => ({
        atMs: Number(record.timestampNs) / 1e6,
        bytes: record.frame,
      }));
    }
    return this.#seen;
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGINT');
  }
}
