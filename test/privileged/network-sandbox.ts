import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { decodePcap, isDecodeError } from '@nic-herald/wire';

/** Why tests that change interfaces cannot run here; undefined where they can. */
export const privilegeMissing = (): string | undefined => {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  for (const [program, ...version] of [
    ['ip', '-V'],
    ['bridge', '-V'],
    ['tcpdump', '--version'],
    ['setpriv', '--version'],
  ] as const) {
    try {
      execFileSync(program, version, { stdio: 'ignore' });
    } catch {
      return `needs the program ${program}`;
    }
  }
  const probe = `nhtest${process.pid}-probe`;
  try {
    execFileSync('ip', ['netns', 'add', probe], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'delete', probe], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs network namespaces';
  }
};

let made = 0;

/**
 * A host's network in a namespace of its own: bridge br0 with taps and an uplink up0, whose other end wire0
 * stands for the network beyond. Interfaces have no IPv6 and the bridge does not snoop, so nothing speaks by itself.
 */
export class NetworkSandbox {
  readonly namespace = `nhtest${process.pid}-${made++}`;
  private readonly children: ChildProcess[] = [];

  constructor(taps: readonly string[]) {
    execFileSync('ip', ['netns', 'add', this.namespace]);
    const quiet =
      'for s in all default; do echo 1 > /proc/sys/net/ipv6/conf/$s/disable_ipv6; done 2>/dev/null; :';
    execFileSync('ip', ['netns', 'exec', this.namespace, 'sh', '-c', quiet]);
    this.ip('link add br0 type bridge forward_delay 0 mcast_snooping 0');
    this.ip('link add up0 type veth peer name wire0');
    this.ip('link set up0 master br0');
    for (const tap of taps) {
      this.ip(`tuntap add ${tap} mode tap`);
      this.ip(`link set ${tap} master br0`);
    }
    for (const device of ['br0', 'up0', 'wire0', ...taps]) this.ip(`link set ${device} up`);
  }

  /** The number of the namespace in `/proc/PID/ns/net`. */
  get inode(): string {
    return String(statSync(`/run/netns/${this.namespace}`).ino);
  }

  /** Runs `ip` with these words in the namespace. */
  ip(words: string): string {
    return this.run('ip', words);
  }

  /** Runs `ip` with many lines of words at once. */
  ipAll(lines: readonly string[]): void {
    execFileSync('ip', ['-n', this.namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
  }

  /** The number of an interface. */
  indexOf(name: string): number {
    const [link] = JSON.parse(this.ip(`-j link show ${name}`)) as { readonly ifindex: number }[];
    return link?.ifindex ?? Number.NaN;
  }

  /** Runs `tc`, which comes with `ip`. */
  tc(words: string): string {
    return this.run('tc', words);
  }

  /** Runs `bridge`, which comes with `ip` too. */
  bridge(words: string): string {
    return this.run('bridge', words);
  }

  /** Sets what the namespace has under /proc/sys. */
  sysctl(path: string, value: string): void {
    const script = `echo ${value} > /proc/sys/${path}`;
    execFileSync('ip', ['netns', 'exec', this.namespace, 'sh', '-c', script]);
  }

  private run(program: string, words: string): string {
    // What it complains of is in the error, and not among the lines of the tests.
    return execFileSync(program, ['-n', this.namespace, ...words.split(' ')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  /** Names of all interfaces. */
  interfaces(): string[] {
    const links = JSON.parse(this.ip('-j link show')) as { readonly ifname: string }[];
    return links.map((link) => link.ifname);
  }

  /** The ports behind which the bridge looks for a MAC. */
  learnedAt(mac: string): string[] {
    const output = execFileSync('bridge', ['-n', this.namespace, '-j', 'fdb', 'show', 'br', 'br0'], {
      encoding: 'utf8',
    });
    const entries = JSON.parse(output) as { readonly mac: string; readonly ifname: string }[];
    return entries.filter((entry) => entry.mac === mac).map((entry) => entry.ifname);
  }

  /** Starts a child in the namespace; it is killed with the sandbox. */
  spawn(command: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.namespace, ...command], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.children.push(child);
    return child;
  }

  /**
   * Records the next `count` frames that come in at an interface. Resolves once recording has begun, with a
   * function that waits for the frames.
   */
  async capture(device: string, count: number): Promise<() => Promise<Uint8Array[]>> {
    const room = ['--snapshot-length', '256', '--buffer-size', '16384']; // or a burst overruns it
    const options = [
      '-Q',
      'in',
      '-U',
      '--immediate-mode',
      '-Z',
      'root',
      '-c',
      String(count),
      ...room,
      '-w',
      '-',
    ];
    const child = this.spawn(['tcpdump', '-i', device, ...options]);
    const chunks: Uint8Array[] = [];
    child.stdout?.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (text: Uint8Array) => {
        if (String(text).includes('listening on')) resolve();
      });
    });
    return async () => {
      await closed;
      const file = decodePcap(Buffer.concat(chunks));
      if (isDecodeError(file)) throw file;
      return file.records.map((record) => record.frame);
    };
  }

  remove(): void {
    for (const child of this.children) child.kill('SIGKILL');
    execFileSync('ip', ['netns', 'delete', this.namespace]);
  }
}
