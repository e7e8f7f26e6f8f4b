import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import type { LabRig } from '../lab/lab-rig.js';
import { endAllIn } from '../lab/namespaces.js';
import { waitUntil } from '../lab/wait-until.js';

/** The two hosts of a pair. */
export type PairHost = 'A' | 'B';

export interface HostOptions {
  /** Takes what a daemon finds out about QEMU, which is slow: kept from run to run. */
  readonly cache: string;
  /** What guests boot lies there. */
  readonly images: string;
  /** Another Debian's root, whose libvirt and QEMU are run; this machine's when absent. */
  readonly root?: string;
}

/** What every host of a pair is called and where it is reached by migrations. */
const hostNames: Readonly<Record<PairHost, string>> = { A: 'lab-a', B: 'lab-b' };
export const migrationAddresses: Readonly<Record<PairHost, string>> = { A: '10.99.0.1', B: '10.99.0.2' };

/**
 * A host in the eyes of libvirt and of the agent: network, mounts and host name of its own. The namespaces outlive any
 * daemon, as a host outlives its libvirtd.
 */
export class LibvirtHost {
  readonly host: PairHost;
  /** Its host name, which is what its agent calls it. */
  readonly name: string;
  readonly namespace: string;
  /** etc, lib and run of its daemon. */
  readonly files: string;
  /** Takes the logs of the daemon and of each QEMU. */
  readonly logs: string;
  readonly #root: string | undefined;
  readonly #anchor: LabProcess;

  private constructor(rig: LabRig, host: PairHost, anchor: LabProcess, root: string | undefined) {
    this.host = host;
    this.name = hostNames[host];
    this.namespace = rig.network.hosts[host];
    this.files = filesOf(rig, host);
    this.logs = logsOf(rig, host);
    this.#anchor = anchor;
    this.#root = root;
  }

  static async start(rig: LabRig, host: PairHost, options: HostOptions): Promise<LibvirtHost> {
    const { cache, images, root } = options;
    const files = filesOf(rig, host);
    const folders = ['etc', 'lib/console', 'lib/save', 'run', 'ovs'].map((each) => join(files, each));
    for (const folder of [...folders, cache, logsOf(rig, host)]) await mkdir(folder, { recursive: true });
    await writeConfiguration(files, host);
    let said = '';
    const anchor = new LabProcess({
      title: `host ${host}`,
      namespace: rig.network.hosts[host],
      command: [
        ...['unshare', '--mount', '--uts', '--propagation', 'private'],
        ...['sh', join(import.meta.dirname, 'enter-host.sh')],
        ...[hostNames[host], files, cache, logsOf(rig, host), images, ...(root === undefined ? [] : [root])],
      ],
      logFile: join(rig.directory, `host-${host}.log`),
      onStdout: (text) => {
        said += text;
      },
    });
    const made = new LibvirtHost(rig, host, anchor, root);
    rig.owns({ stop: () => made.#stop() });
    await waitUntil(`host ${host} to be made`, { timeoutMs: 10_000, everyMs: 10 }, () => {
      anchor.assertRunning();
      return said.includes('ready') || undefined;
    });
    return made;
  }

  /** The socket that a client of its libvirt connects to, as seen from anywhere on this machine. */
  get socket(): string {
    return join(this.files, 'run/libvirt-sock');
  }

  get uri(): string {
    return `qemu+unix:///system?socket=${this.socket}`;
  }

  /** The process of a domain's QEMU, which libvirt writes down. */
  async qemuPid(domain: string): Promise<number> {
    return Number(await readFile(join(this.files, 'run/qemu', `${domain}.pid`), 'utf8'));
  }

  /** The command that runs `command` on this host, as an administrator would. */
  inside(command: readonly string[]): string[] {
    return ['nsenter', '--target', String(this.#anchor.pid), '--mount', '--uts', '--net', '--', ...command];
  }

  /**
   * The command that runs what belongs to libvirt: where there is another Debian as in a container whose root that is, so that
   * /proc tells of its files by the names that they have there.
   */
  insideRoot(command: readonly string[]): string[] {
    if (this.#root === undefined) return this.inside(command);
    const become = 'cd "$0" && pivot_root . . && umount -l . && exec chroot . "$@"';
    const own = ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', become];
    return this.inside([...own, this.#root, ...command]);
  }

  /** Whatever still runs here was started here: QEMUs are no children of anybody's. */
  async #stop(): Promise<void> {
    await endAllIn(this.namespace);
    await this.#anchor.stop('SIGKILL');
  }
}

function filesOf(rig: LabRig, host: PairHost): string {
  return join(rig.sockets, host);
}

function logsOf(rig: LabRig, host: PairHost): string {
  return join(rig.directory, `libvirt-${host}`);
}

async function writeConfiguration(files: string, host: PairHost): Promise<void> {
  const digit = host.toLowerCase();
  const daemon = {
    unix_sock_group: 'root',
    auth_unix_ro: 'none',
    auth_unix_rw: 'none',
    host_uuid: `${digit.repeat(8)}-1111-4000-8000-00000000000${digit}`,
    // Each event of QEMU with its own stamp, and what is wrong.
    log_filters: '2:qemu.qemu_monitor_json 3:*',
    log_outputs: '2:file:/var/log/libvirt/libvirtd.log',
  };
  const qemu = [
    ...['user = "root"', 'group = "root"', 'security_driver = "none"', 'dynamic_ownership = 0'],
    ...['remember_owner = 0', 'cgroup_controllers = [ ]', 'namespaces = [ ]', 'stdio_handler = "file"'],
  ];
  const lines = Object.entries(daemon).map(([key, value]) => `${key} = "${value}"`);
  await writeFile(join(files, 'etc/libvirtd.conf'), `${lines.join('\n')}\n`);
  await writeFile(join(files, 'etc/qemu.conf'), `${qemu.join('\n')}\n`);
  const known = (['A', 'B'] as const).map((each) => `${migrationAddresses[each]} ${hostNames[each]}`);
  await writeFile(join(files, 'hosts'), ['127.0.0.1 localhost', ...known, ''].join('\n'));
  const filters = '/etc/libvirt/nwfilter';
  await cp(filters, join(files, 'etc', filters.slice(dirname(filters).length)), { recursive: true }).catch(
    () => undefined, // only the scenarios of filters need them
  );
}
