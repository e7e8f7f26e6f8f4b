import type { ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { NetworkSandbox } from './network-sandbox.js';

type Answer = { readonly value?: unknown } | { readonly code: string; readonly message: string };

/** A refusal in the driver's process: the error's code and message. */
class DriverRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a driver may do: all but some capabilities, or, as a user of its own, only some; named as setpriv(1) does: `net_admin`. */
export type DriverRights = readonly string[] | { readonly only: readonly string[] };

/** The user of a driver that has only some capabilities: `nobody`. */
const OTHER_USER = '65534';

/** True where this is compiled itself: what it starts then lies beside it. */
const IS_COMPILED = import.meta.filename.endsWith('.js');

/** A process in a sandbox that does as it is told, line by line; its other half is `serveDriver`. */
export class DriverProcess<Request> {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private complaints = '';

  /**
   * `main` is the script to run; of the rights, a list names capabilities it must not have. `before` is a command that runs what
   * follows it.
   */
  constructor(sandbox: NetworkSandbox, main: URL, rights: DriverRights = [], before: readonly string[] = []) {
    const node = IS_COMPILED
      ? [process.execPath, main.pathname.replace(/\.ts$/, '.js')]
      : [process.execPath, '--conditions=nic-herald:source', '--import', 'tsx', main.pathname];
    this.child = sandbox.spawn([...before, ...bounds(rights), ...node]);
    this.child.stderr?.on('data', (text: Uint8Array) => {
      this.complaints += String(text);
    });
    const lines: Interface = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.lines = lines[Symbol.asyncIterator]();
  }

  /** `ip netns exec` and setpriv replace themselves, so this is the driver's own process. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Kills the process as the system would, and waits until it is gone. */
  async kill(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGKILL');
    await gone;
  }

  async ask<T>(request: Request): Promise<T> {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const line = await this.lines.next();
    if (line.done) throw new DriverRefusal('exit', `the driver ended: ${this.complaints}`);
    const answer = JSON.parse(line.value) as Answer;
    if ('code' in answer) throw new DriverRefusal(answer.code, answer.message);
    return answer.value as T;
  }
}

const bounds = (rights: DriverRights): readonly string[] => {
  if (!('only' in rights)) {
    return rights.length > 0 ? ['setpriv', '--bounding-set', rights.map((one) => `-${one}`).join()] : [];
  }
  const only = ['-all', ...rights.only.map((one) => `+${one}`)].join();
  const user = [`--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, '--clear-groups'];
  return ['setpriv', ...user, `--inh-caps=${only}`, `--ambient-caps=${only}`, `--bounding-set=${only}`];
};
