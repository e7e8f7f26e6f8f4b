import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import { ipBatch } from '../lab/namespaces.js';
import { runProgram } from '../lab/run-program.js';
import { waitUntil } from '../lab/wait-until.js';

/** An emulated or busy machine takes long. */
export const TIMEOUT_S = 20;

/** Where the programs of Open vSwitch and OVN have their files: each chassis, and the central, has its own directory. */
export const directoriesAt = (directory: string): Record<string, string> =>
  Object.fromEntries(
    ['RUNDIR', 'LOGDIR', 'DBDIR', 'SYSCONFDIR'].flatMap((name) => [
      [`OVS_${name}`, directory],
      [`OVN_${name}`, directory],
    ]),
  );

export interface OvnChassisOptions {
  /** By which logical ports ask for it. */
  readonly name: string;
  readonly namespace: string;
  /** Takes its files. Short, for sockets. */
  readonly directory: string;
  /** The southbound database. */
  readonly southbound: string;
  /** Its address in the underlay, of which `underlayPort` is its end. */
  readonly address: string;
  readonly underlayPort: string;
  /** Its end of the provider network. */
  readonly providerPort: string;
}

/** A host of OVN: Open vSwitch with its datapath in user space, and ovn-controller. */
export class OvnChassis {
  private readonly daemons: LabProcess[] = [];

  private constructor(private readonly options: OvnChassisOptions) {}

  static async start(options: OvnChassisOptions): Promise<OvnChassis> {
    const chassis = new OvnChassis(options);
    try {
      await chassis.build();
      return chassis;
    } catch (error) {
      await chassis.stop();
      throw error;
    }
  }

  /** The socket of its Open vSwitch's database. */
  get ovsdb(): string {
    return join(this.options.directory, 'db.sock');
  }

  /** Puts a device into its integration bridge as a logical port, as hypervisors do. */
  async addPort(device: string, logicalPort: string): Promise<void> {
    const ids = `external_ids:iface-id=${logicalPort}`;
    await this.vsctl('add-port', 'br-int', device, '--', 'set', 'interface', device, ids);
  }

  /** Waits until it lets nothing through at the guest's port but a RARP, which opens it. */
  async isShut(): Promise<void> {
    const what = `${this.options.name} to wait for the RARP that opens the port`;
    await waitUntil(what, { timeoutMs: TIMEOUT_S * 1000 }, async () =>
      (await this.flows()).some((flow) => flow.includes('rarp,in_port=')) ? true : undefined,
    );
  }

  /** The flows of its integration bridge. */
  async flows(): Promise<readonly string[]> {
    const bridge = `unix:${join(this.options.directory, 'br-int.mgmt')}`;
    return (await runProgram('ovs-ofctl', ['dump-flows', bridge])).split('\n');
  }

  async stop(): Promise<void> {
    for (const daemon of this.daemons.toReversed()) await daemon.stop();
  }

  private async build(): Promise<void> {
    const { name, namespace, directory, southbound, address, underlayPort, providerPort } = this.options;
    await mkdir(directory, { recursive: true });
    const file = join(directory, 'conf.db');
    await runProgram('ovsdb-tool', ['create', file, '/usr/share/openvswitch/vswitch.ovsschema']);
    const database = `unix:${this.ovsdb}`;
    this.run('ovsdb-server', file, `--remote=p${database}`, `--unixctl=${join(directory, 'ovsdb.ctl')}`);
    await this.vsctl('--no-wait', 'init');
    const ids = {
      'system-id': name,
      hostname: namespace,
      'ovn-remote': southbound,
      'ovn-encap-type': 'geneve',
      'ovn-encap-ip': address,
      'ovn-bridge-datapath-type': 'netdev',
      'ovn-bridge-mappings': 'phys:br-ex',
    };
    const words = Object.entries(ids).map(([key, value]) => `external_ids:${key}="${value}"`);
    await this.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', ...words);
    this.run('ovs-vswitchd', database, `--unixctl=${join(directory, 'vs.ctl')}`);
    const bridge = (which: string, ...more: string[]): string[] => [
      ...['--', 'add-br', which],
      ...['--', 'set', 'bridge', which, 'datapath_type=netdev', ...more],
    ];
    await this.vsctl(
      ...[...bridge('br-phy'), '--', 'add-port', 'br-phy', underlayPort],
      ...[...bridge('br-ex'), '--', 'add-port', 'br-ex', providerPort],
      ...bridge('br-int', 'fail-mode=secure'),
    );
    await ipBatch(namespace, [`addr add ${address}/24 dev br-phy`, 'link set br-phy up']);
    this.run('ovn-controller', database);
  }

  private run(program: string, ...words: readonly string[]): void {
    const { name, namespace, directory } = this.options;
    const options = {
      title: `${program} of ${name}`,
      namespace,
      command: [program, ...words],
      env: directoriesAt(directory),
      logFile: join(directory, `${program}.log`),
    };
    this.daemons.push(new LabProcess(options));
  }

  private vsctl(...words: readonly string[]): Promise<string> {
    const where = [`--db=unix:${this.ovsdb}`, `--timeout=${TIMEOUT_S}`, '--retry'];
    return runProgram('ovs-vsctl', [...where, ...words], { env: directoriesAt(this.options.directory) });
  }
}
