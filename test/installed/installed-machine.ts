import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import type { LabRig } from '../lab/lab-rig.js';
import type { HostName } from '../lab/namespaces.js';
import { runProgram } from '../lab/run-program.js';
import { waitUntil } from '../lab/wait-until.js';

export interface MachineOptions {
  /** A Debian with systemd. */
  readonly root: string;
  /** Directories of this machine, and where they are mounted there. */
  readonly mounts: Readonly<Record<string, string>>;
}

/** A Debian that systemd has booted, in the network of a host of the rig. Its processes and changes are gone with it. */
export class InstalledMachine {
  readonly host: HostName;
  readonly #process: LabProcess;
  readonly #cgroup: string;
  #init = 0;

  private constructor(host: HostName, process: LabProcess, cgroup: string) {
    this.host = host;
    this.#process = process;
    this.#cgroup = cgroup;
  }

  /** Boots it; resolves once systemd has reached its default target. */
  static async boot(
    rig: LabRig,
    host: HostName,
    { root, mounts }: MachineOptions,
  ): Promise<InstalledMachine> {
    const place = join(rig.sockets, `machine-${host}`);
    await mkdir(place);
    const cgroup = join(await unifiedHierarchy(), `nic-herald-installed-${process.pid}-${host}`);
    await mkdir(cgroup, { recursive: true });
    const started = new LabProcess({
      title: `machine ${host}`,
      command: [
        ...['unshare', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'],
        ...['--propagation', 'private', 'sh', join(import.meta.dirname, 'boot-machine.sh')],
        ...[`host-${host.toLowerCase()}`, root, place, cgroup, `/run/netns/${rig.network.hosts[host]}`],
        ...Object.entries(mounts).flat(),
      ],
      logFile: join(rig.directory, `machine-${host}.log`),
    });
    const machine = new InstalledMachine(host, started, cgroup);
    rig.owns({ stop: () => machine.#stop() });
    const what = `machine ${host} to be up`;
    await waitUntil(what, { timeoutMs: 60_000, everyMs: 100 }, async () => {
      started.assertRunning();
      machine.#init = await firstChild(started.pid);
      const state = await machine.run('systemctl', 'is-active', 'multi-user.target').catch(() => '');
      return state.trim() === 'active' || undefined;
    });
    return machine;
  }

  /** Where a file of it is found from here. */
  path(file: string): string {
    return join('/proc', String(this.#init), 'root', file);
  }

  /** The command that runs `command` there. */
  inside(command: readonly string[]): string[] {
    const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--cgroup', '--net'];
    return ['nsenter', '--target', String(this.#init), ...namespaces, '--root', '--wd=/', '--', ...command];
  }

  /** What runs a program of this machine among the processes of that one, where its agent sees it; it ends with its parent. */
  get besideItsProcesses(): readonly string[] {
    return ['nsenter', `--pid=/proc/${this.#init}/ns/pid`, '--', 'setpriv', '--pdeathsig', 'KILL', '--'];
  }

  /** Runs a program there to its end and gives what it printed. */
  run(...command: readonly string[]): Promise<string> {
    const [program = '', ...rest] = this.inside([
      ...[
        'env',
        '-i',
        'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
        'DEBIAN_FRONTEND=noninteractive',
        'LC_ALL=C.UTF-8',
      ],
      ...command,
    ]);
    return runProgram(program, rest, { timeoutMs: 120_000 });
  }

  /** The first process of it ends all others; their cgroups are then empty. */
  async #stop(): Promise<void> {
    await this.#process.stop('SIGKILL');
    await waitUntil(`the cgroups of machine ${this.host} to be empty`, { timeoutMs: 5000, everyMs: 50 }, () =>
      runProgram('find', [this.#cgroup, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+']).then(
        () => true,
        () => undefined,
      ),
    );
  }
}

/** Where cgroup2 is mounted: alone, or beside the first version. */
async function unifiedHierarchy(): Promise<string> {
  const beside = '/sys/fs/cgroup/unified';
  return access(join(beside, 'cgroup.procs')).then(
    () => beside,
    () => '/sys/fs/cgroup',
  );
}

async function firstChild(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return Number(children.split(' ')[0]);
}
