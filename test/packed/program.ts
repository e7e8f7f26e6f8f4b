import { type ChildProcess, spawn } from 'node:child_process';

/** How a program ended and what it printed. */
export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

const TIMEOUT_MS = 120_000;

/** A program in a folder. */
export class Program {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private out = '';
  private err = '';
  private readonly watchers = new Set<() => void>();

  constructor(folder: string, name: string, ...given: readonly string[]) {
    const env = {
      ...process.env,
      NO_COLOR: '1',
      npm_config_loglevel: 'error',
      npm_config_update_notifier: 'false',
    };
    this.child = spawn(name, given, {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
      for (const watcher of this.watchers) watcher();
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (status) => {
        resolve({ status, out: this.out, err: this.err });
        for (const watcher of this.watchers) watcher();
      });
    });
  }

  /** Resolves once it has printed the text; rejects where it ends before. */
  async printed(text: string): Promise<void> {
    const printed = new Promise<boolean>((resolve) => {
      const look = (): void => {
        if (this.out.includes(text)) resolve(true);
      };
      this.watchers.add(look);
      look();
      void this.ended.then(
        () => resolve(this.out.includes(text)),
        () => resolve(false),
      );
    });
    if (!(await printed)) throw new Error(`it ended without printing ${text}:\n${this.out}${this.err}`);
  }

  /** Ends it with SIGTERM. */
  async stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return await this.ended;
  }
}

/** Runs a program to its end and resolves with what it printed; rejects where it fails. */
export const run = async (folder: string, name: string, ...given: readonly string[]): Promise<string> => {
  const { status, out, err } = await new Program(folder, name, ...given).ended;
  if (status === 0) return out;
  throw new Error(`${[name, ...given].join(' ')} ended with ${status ?? 'a signal'}:\n${out}${err}`);
};
