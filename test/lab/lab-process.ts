import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { LabFault } from './lab-fault.js';

export interface LabProcessOptions {
  /** What it is, for messages: 'qemu on A'. */
  readonly title: string;
  /** Network namespace to run in; the harness's own when absent. */
  readonly namespace?: string;
  readonly command: readonly string[];
  readonly env?: Record<string, string>;
  /** File that takes what it prints. */
  readonly logFile: string;
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

/**
 * A long-lived child of the harness. It dies with the harness, even when that is killed (pdeathsig), and is only
 * ever ended through its own process id.
 */
export class LabProcess {
  readonly title: string;
  readonly ended: Promise<number | string>;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  #outcome: number | string | undefined;

  constructor(options: LabProcessOptions) {
    this.title = options.title;
    this.#logFile = options.logFile;
    const inNamespace = options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace];
    const commandLine = ['--pdeathsig', 'KILL', '--', ...inNamespace, ...options.command];
    this.#child = spawn('setpriv', commandLine, {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C must reach the harness alone, which then ends its children in order.
      detached: true,
      ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    });
    const log = createWriteStream(options.logFile, { flags: 'a' });
    const listen = (stream: Readable, listener?: (text: string) => void): void => {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        log.write(text);
        listener?.(text);
      });
    };
    listen(this.#child.stdout as Readable, options.onStdout);
    listen(this.#child.stderr as Readable, options.onStderr);
    this.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      const finish = (outcome: number | string): void => {
        this.#outcome ??= outcome;
        log.end();
        resolve(this.#outcome);
      };
      this.#child.once('error', (error) => finish(error.message));
      this.#child.once('close', (code, signal) => finish(code ?? signal ?? 'unknown'));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdin(): Writable {
    return this.#child.stdin as Writable;
  }

  get running(): boolean {
    return this.#outcome === undefined;
  }

  /** Throws when the process has ended, naming its log. */
  assertRunning(): void {
    if (this.#outcome !== undefined) {
      throw new LabFault(`${this.title} ended (${this.#outcome}); its log is ${this.#logFile}`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** Sends `signal`, and SIGKILL when the process is still there after `graceMs`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 3000): Promise<void> {
    if (!this.running) return;
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.ended;
    clearTimeout(timer);
  }
}
