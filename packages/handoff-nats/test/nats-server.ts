import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const START_MS = 10_000;

/** Why the tests against a real server are left out; `undefined` where nats-server is installed. */
export const noServer = (): string | undefined =>
  spawnSync('nats-server', ['--version']).status === 0 ? undefined : 'nats-server is not installed';

/** A nats-server of this test alone, on a free port of the loopback, with its store in its own directory. */
export class NatsServer {
  private child: ChildProcess | undefined;

  private constructor(
    readonly directory: string,
    readonly port: number,
  ) {}

  /** `authorization` is put into the configuration as it stands. Not started yet. */
  static async prepare(authorization = ''): Promise<NatsServer> {
    const directory = await mkdtemp(join(tmpdir(), 'herald-nats-'));
    const server = new NatsServer(directory, await freePort());
    await writeFile(
      join(directory, 'server.conf'),
      `listen: "127.0.0.1:${server.port}"\nserver_name: herald\n` +
        `jetstream { store_dir: "${directory}", max_mem: 64M, max_file: 256M }\n` +
        (authorization === '' ? '' : `authorization { ${authorization} }\n`),
    );
    return server;
  }

  static async started(authorization?: string): Promise<NatsServer> {
    const server = await NatsServer.prepare(authorization);
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** A file beside the server's, gone with it. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.directory, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  /** Takes this configuration in place of its own. */
  async configure(text: string): Promise<void> {
    await writeFile(join(this.directory, 'server.conf'), text);
  }

  /** A certificate of this machine's loopback, and whom to believe for it: itself. */
  certificate(): Readonly<Record<'ca' | 'cert' | 'key', string>> {
    const [cert, key] = [join(this.directory, 'cert.pem'), join(this.directory, 'key.pem')];
    const subject = ['-subj', '/CN=herald', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    spawnSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert]);
    return { ca: cert, cert, key };
  }

  /** `more` is added to its configuration. */
  async start(more = ''): Promise<void> {
    if (more !== '') await appendFile(join(this.directory, 'server.conf'), `${more}\n`);
    this.child = spawn('nats-server', ['-c', join(this.directory, 'server.conf')], { stdio: 'ignore' });
    const until = Date.now() + START_MS;
    while (!(await isListening(this.port))) {
      if (Date.now() > until || this.child.exitCode !== null) throw new Error('nats-server did not start');
      await pause(20);
    }
  }

  /** Ends it; its store stays. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGCONT');
    child.kill(signal);
    await once(child, 'exit');
  }

  /** Lets it hang, or go on. Each of its threads stops for itself: when it hangs, all of them have. */
  async hang(isHanging: boolean): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined) throw new Error('nats-server is not running');
    child.kill(isHanging ? 'SIGSTOP' : 'SIGCONT');
    while (isHanging && !(await hasStopped(child.pid))) await pause(5);
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** proc_pid_stat(5): the state stands behind the name, which ends with the last bracket. */
const hasStopped = async (pid: number): Promise<boolean> => {
  const tasks = await readdir(`/proc/${pid}/task`);
  const stats = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/stat`, 'utf8').catch(() => '')), // it may just have ended
  );
  return stats.every((stat) => stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'));
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
};

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => end(true)); // it greets
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    const end = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
  });
