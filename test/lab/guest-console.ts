import { connect, type Socket } from 'node:net';
import { LabFault } from './lab-fault.js';
import { waitUntil } from './wait-until.js';

/** The shell on the guest's serial line: one command at a time, its output and its exit code. */
export class GuestConsole {
  readonly #socket: Socket;
  #output = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#output += text;
    });
    socket.on('error', () => undefined);
  }

  static async connect(path: string): Promise<GuestConsole> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new GuestConsole(socket);
  }

  /** Waits until the guest's init has opened the line. */
  async ready(timeoutMs: number): Promise<void> {
    await this.#until(/@@ready@@/, 'the guest to boot', timeoutMs);
  }

  /** Runs one line of shell in the guest; a non-zero exit code is a fault. */
  async run(line: string, timeoutMs = 20_000): Promise<string> {
    this.#output = '';
    this.#socket.write(`${line}\n`);
    const match = await this.#until(/@@(\d+)@@/, `the guest to run: ${line}`, timeoutMs);
    const output = match.input.slice(0, match.index).replaceAll('\r', '').trim();
    if (match[1] !== '0') throw new LabFault(`in the guest, "${line}" ended with ${match[1]}: ${output}`);
    return output;
  }

  close(): void {
    this.#socket.destroy();
  }

  #until(pattern: RegExp, what: string, timeoutMs: number): Promise<RegExpExecArray> {
    return waitUntil(`${what}; it printed "${this.#output.slice(-300)}"`, { timeoutMs, everyMs: 20 }, () => {
      return pattern.exec(this.#output) ?? undefined;
    });
  }
}
