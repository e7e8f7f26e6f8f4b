import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const QEMU = 'qemu-system-x86_64';

/** Why no QEMU can be started here; `undefined` where one can. */
export const qemuMissing = (): string | undefined =>
  spawnSync(QEMU, ['--version']).status === 0 ? undefined : `${QEMU} is not installed`;

/** Runs a program in a network namespace of its own. */
const ALONE = ['unshare', '-n'];

/** Whether a QEMU can have taps here: in a network namespace of its own, which needs root. */
export const canHaveTaps = (): boolean =>
  process.getuid?.() === 0 &&
  spawnSync([...ALONE, 'test -e /dev/net/tun'].join(' '), { shell: true }).status === 0;

/**
 * A QEMU with two QMP sockets: `qmp` for the monitor under test, and one through which a test drives it. Emulated
 * by TCG, its network a namespace of its own where it has taps.
 */
export class RealQemu {
  readonly qmp: string;
  private readonly child: ChildProcess;
  private control: Socket | undefined;
  private readonly waiting: Array<(reply: { return?: unknown; error?: unknown }) => void> = [];

  constructor(
    private readonly directory: string,
    private readonly name: string,
    args: readonly string[],
    taps = false,
  ) {
    this.qmp = `${directory}/${name}.qmp`;
    const command = [
      ...(taps ? ALONE : []),
      ...[QEMU, '-accel', 'tcg', '-m', '32', '-display', 'none', '-nodefaults', '-name', 'real'],
      ...['-qmp', `unix:${this.qmp},server=on,wait=off`],
      ...['-qmp', `unix:${directory}/${name}.control,server=on,wait=off`],
      ...args,
    ];
    this.child = spawn(command[0] ?? QEMU, command.slice(1), { stdio: 'ignore' });
  }

  /** Its process id; 0 where it could not be started. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when it takes commands. */
  async ready(): Promise<this> {
    while (this.control === undefined) {
      if (this.child.exitCode !== null) throw new TypeError(`QEMU ended with ${this.child.exitCode}`);
      this.control = await this.tryConnect();
    }
    createInterface({ input: this.control }).on('line', (line) => {
      const message = JSON.parse(line) as {
        QMP?: unknown;
        event?: unknown;
        return?: unknown;
        error?: unknown;
      };
      if (message.QMP === undefined && message.event === undefined) this.waiting.shift()?.(message);
    });
    await this.run('qmp_capabilities');
    return this;
  }

  async run(execute: string, args: object = {}): Promise<unknown> {
    const reply = await new Promise<{ return?: unknown; error?: unknown }>((resolve) => {
      this.waiting.push(resolve);
      this.control?.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
    if (reply.error !== undefined) throw new TypeError(`${execute}: ${JSON.stringify(reply.error)}`);
    return reply.return;
  }

  /** Turns migration capabilities on. */
  async capabilities(...names: readonly string[]): Promise<void> {
    const capabilities = names.map((capability) => ({ capability, state: true }));
    await this.run('migrate-set-capabilities', { capabilities });
  }

  /** Starts to send the guest to another QEMU, started with `-incoming defer`. */
  async migrateTo(other: RealQemu): Promise<void> {
    const uri = `unix:${this.directory}/${other.name}.migration`;
    await other.run('migrate-incoming', { uri });
    await this.run('migrate', { uri });
  }

  async close(): Promise<void> {
    this.control?.destroy();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => {
      this.child.once('exit', resolve);
    });
    this.child.kill('SIGKILL');
    await gone;
  }

  private tryConnect(): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const socket = connect(`${this.directory}/${this.name}.control`);
      socket.once('connect', () => resolve(socket));
      socket.once('error', () => {
        setImmediate(() => resolve(undefined));
      });
    });
  }
}
