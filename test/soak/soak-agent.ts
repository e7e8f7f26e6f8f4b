import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { LabProcess } from '../lab/lab-process.js';
import type { HostName } from '../lab/namespaces.js';
import { waitUntil } from '../lab/wait-until.js';
import { compiledProgram } from '../staged/compiled-programs.js';
import { program } from '../staged/staged-agent.js';
import type { StagedRig } from '../staged/staged-rig.js';
import type { Gauged } from './gauged.js';

/** What one look at an agent's process saw. */
export interface AgentLook {
  readonly at: number;
  /** Bytes. */
  readonly rss: number;
  readonly descriptors: number;
  readonly bpfMaps: number;
  readonly bpfPrograms: number;
  /** CPU time so far, ms. */
  readonly cpuMs: number;
  /** Of its log, bytes. */
  readonly logBytes: number;
}

const msPerTick = 10;
/** As /run is on a host; a namespace's own mount, which goes with it. */
const lockDirectoryInMemory = 'mkdir -p /run/nic-herald && mount -t tmpfs -o mode=755 tmpfs /run/nic-herald';

/**
 * `nic-herald run` on one staged host. Its log goes to a file by itself: a harness that reads a flood of it would take the
 * time that is measured.
 */
export class SoakAgent {
  readonly host: HostName;
  readonly log: string;
  readonly reports: string;
  /** The socket of its scripted monitor. */
  readonly monitor: string;
  readonly #gauge: string;
  readonly #process: LabProcess;

  private constructor(rig: StagedRig, host: HostName) {
    this.host = host;
    const at = (name: string): string => join(rig.directory, name);
    this.log = at(`nic-herald-${host}.log`);
    this.reports = at(`reports-${host}`);
    this.monitor = join(dirname(rig.socket(host)), `${host}.monitor`);
    this.#gauge = at(`gauge-${host}.jsonl`);
    this.#process = new LabProcess({
      title: `nic-herald on ${host}`,
      namespace: rig.namespace(host),
      command: [
        ...['sh', '-c', `${lockDirectoryInMemory} && exec "$0" "$@" >>'${this.log}' 2>&1`],
        ...[process.execPath, program, 'run', '--host', host, '--qmp', rig.socket(host, '*')],
        ...['--handoff-dir', rig.handoff, '--report-dir', this.reports],
        ...[
          '--control',
          join(dirname(rig.socket(host)), `${host}.control`),
          '--config',
          at(`herald-${host}.yaml`),
        ],
      ],
      env: { HERALD_SOAK_GAUGE: this.#gauge, HERALD_SOAK_MONITOR: this.monitor },
      logFile: at(`nic-herald-${host}.out`),
    });
    rig.owns({ stop: () => this.#process.stop() });
  }

  /** Starts it and waits for its `ready`. */
  static async start(rig: StagedRig, host: HostName): Promise<SoakAgent> {
    await mkdir(join(rig.directory, `reports-${host}`), { recursive: true });
    const plugins = ['gauge-plugin', 'scripted-monitor-plugin'].map((name) =>
      compiledProgram(`soak/${name}`),
    );
    // The guests speak once, at the beginning.
    const config = `plugins: ${JSON.stringify(plugins)}\nlearner:\n  maxAge: 3600\n`;
    await writeFile(join(rig.directory, `herald-${host}.yaml`), config);
    const agent = new SoakAgent(rig, host);
    await waitUntil(`${host} to be ready`, { timeoutMs: 20_000, everyMs: 50 }, async () => {
      agent.#process.assertRunning();
      const text = await readFile(agent.log, 'utf8').catch(() => '');
      return text.includes('"msg":"ready"') || undefined;
    });
    return agent;
  }

  /** Throws where it has ended by itself. */
  assertRunning(): void {
    this.#process.assertRunning();
  }

  async look(): Promise<AgentLook> {
    const folder = `/proc/${await this.#pid()}`;
    const [status, cpu, names, log] = await Promise.all([
      readFile(`${folder}/status`, 'utf8'),
      readFile(`${folder}/stat`, 'utf8'),
      readdir(`${folder}/fd`),
      stat(this.log),
    ]);
    const links = await Promise.all(names.map((name) => readlink(`${folder}/fd/${name}`).catch(() => '')));
    const count = (what: string): number => links.filter((link) => link.includes(what)).length;
    const [, , user = 0, system = 0] = cpu
      .slice(cpu.lastIndexOf(')') + 2)
      .split(' ')
      .slice(9)
      .map(Number);
    return {
      at: Date.now(),
      rss: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024,
      descriptors: names.length,
      bpfMaps: count('bpf-map'),
      bpfPrograms: count('bpf-prog'),
      cpuMs: (user + system) * msPerTick,
      logBytes: log.size,
    };
  }

  /** What it told of itself so far. */
  async gauged(): Promise<readonly Gauged[]> {
    const text = await readFile(this.#gauge, 'utf8').catch(() => '');
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Gauged);
  }

  /** How many lines of its log, from a byte on, have one of these events; the log may be longer than memory. */
  async linesFrom(bytes: number, event?: string): Promise<number> {
    let count = 0;
    const input = createReadStream(this.log, { start: bytes });
    for await (const line of createInterface({ input })) {
      if (event === undefined || line.includes(`"event":"${event}"`)) count += 1;
    }
    return count;
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM', 15_000);
  }

  /** The agent itself: the process that was started has become it, by way of programs that exec. */
  async #pid(): Promise<number> {
    return this.#process.pid;
  }
}
