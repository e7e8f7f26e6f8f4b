import { readFile } from 'node:fs/promises';
import { LabProcess } from './lab-process.js';
import { waitUntil } from './wait-until.js';

/** A captured frame with the kernel's own time stamp. */
export interface CapturedFrame {
  /** Milliseconds since the epoch, with nanoseconds behind the point as far as a double goes. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/**
 * tcpdump on one device and one direction, into a file. 'out' of a tap is what the network delivers to the guest,
 * 'in' is what the guest (or an injector on its behalf) sends.
 */
export class TapReceiver {
  readonly file: string;
  readonly #process: LabProcess;

  private constructor(process: LabProcess, file: string) {
    this.#process = process;
    this.file = file;
  }

  static async start(
    namespace: string,
    device: string,
    direction: 'in' | 'out',
    file: string,
  ): Promise<TapReceiver> {
    let said = '';
    const process = new LabProcess({
      title: `tcpdump on ${device}`,
      namespace,
      command: [
        ...['tcpdump', '-i', device, '-Q', direction, '-w', file, '-U', '-s', '128', '-n', '-Z', 'root'],
        '--time-stamp-precision=nano',
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

  /** What was captured so far; the newest second may be missing while tcpdump runs. */
  async frames(): Promise<CapturedFrame[]> {
    return parseCapture(await readFile(this.file));
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGINT');
  }
}

const nanosecondMagic = 0xa1b23c4d;

/** Reads a little-endian nanosecond pcap file; a record cut off at the end is left out. */
function parseCapture(file: Uint8Array): CapturedFrame[] {
  const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 24 || data.getUint32(0, true) !== nanosecondMagic) return [];
  const frames: CapturedFrame[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = data.getUint32(at + 8, true);
    if (at + 16 + length > file.length) break;
    const atMs = data.getUint32(at, true) * 1000 + data.getUint32(at + 4, true) / 1e6;
    frames.push({ atMs, bytes: file.subarray(at + 16, at + 16 + length) });
    at += 16 + length;
  }
  return frames;
}
