import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabProcess } from './lab-process.js';
import type { GroupEntry, LanSwitch, SwitchEntry, SwitchStarter } from './lan-switch.js';
import { runProgram } from './run-program.js';
import { waitUntil } from './wait-until.js';

/** Runs ovs-vsctl at the database of one lab. */
type Vsctl = (words: readonly string[]) => Promise<string>;

/** An emulated machine takes long. */
const timeoutSeconds = 20;

export interface OpenVswitchSettings {
  /** The kernel's datapath (openvswitch.ko) in place of the one in user space. */
  readonly inKernel?: boolean;
  /** Multicast goes only to ports where listeners were heard; off by default, as in Open vSwitch. */
  readonly multicastSnooping?: boolean;
  /** Ports that are one uplink: a bond that balances by source (SLB), of which the other side knows nothing. */
  readonly bond?: { readonly name: string; readonly members: readonly string[] };
}

/**
 * Open vSwitch as a VLAN-aware learning switch, with its userspace datapath unless told otherwise: every port a trunk.
 * Database, sockets and daemons are this lab's own.
 */
export class OpenVswitch implements LanSwitch {
  readonly #directory: string;
  readonly #daemons: LabProcess[];
  readonly #vsctl: Vsctl;
  readonly #portNames: Map<number, string>;

  private constructor(
    directory: string,
    daemons: LabProcess[],
    vsctl: Vsctl,
    portNames: Map<number, string>,
  ) {
    this.#directory = directory;
    this.#daemons = daemons;
    this.#vsctl = vsctl;
    this.#portNames = portNames;
  }

  static async start(
    namespace: string,
    directory: string,
    ports: readonly string[],
    settings: OpenVswitchSettings = {},
  ): Promise<OpenVswitch> {
    await mkdir(directory, { recursive: true });
    const env = {
      OVS_RUNDIR: directory,
      OVS_LOGDIR: directory,
      OVS_DBDIR: directory,
      OVS_SYSCONFDIR: directory,
    };
    const file = (name: string): string => join(directory, name);
    const database = `unix:${file('db.sock')}`;
    await runProgram('ovsdb-tool', ['create', file('conf.db'), '/usr/share/openvswitch/vswitch.ovsschema'], {
      env,
    });
    const daemon = (title: string, command: string[]): LabProcess =>
      new LabProcess({ title, namespace, command, env, logFile: file(`${title}.log`) });
    const databaseServer = daemon('ovsdb-server', [
      'ovsdb-server',
      file('conf.db'),
      `--remote=p${database}`,
      `--unixctl=${file('ovsdb.ctl')}`,
    ]);
    await runProgram(
      'ovs-vsctl',
      [`--db=${database}`, `--timeout=${timeoutSeconds}`, '--retry', '--no-wait', 'init'],
      {
        env,
      },
    );
    const switchDaemon = daemon('ovs-vswitchd', ['ovs-vswitchd', database, `--unixctl=${file('vs.ctl')}`]);
    const vsctl: Vsctl = (words) =>
      runProgram('ovs-vsctl', [`--db=${database}`, `--timeout=${timeoutSeconds}`, ...words], { env });
    const { bond, inKernel = false } = settings;
    const datapath = inKernel ? 'system' : 'netdev';
    const addPorts = ports.flatMap((port) => ['--', 'add-port', 'br0', port]);
    await vsctl(['add-br', 'br0', '--', 'set', 'bridge', 'br0', `datapath_type=${datapath}`, ...addPorts]);
    if (bond) await vsctl(['add-bond', 'br0', bond.name, ...bond.members, 'bond_mode=balance-slb']);
    if (settings.multicastSnooping) await vsctl(['set', 'bridge', 'br0', 'mcast_snooping_enable=true']);
    // No flow cache: with it, an entry that moves takes effect only when the cache was revalidated, which at times is
    // half a second later. A switch in hardware obeys its MAC table at the next frame, and so does this one now.
    if (!inKernel) await vsctl(['set', 'Open_vSwitch', '.', 'other_config:flow-limit=0']);
    const portNames = await waitUntil(
      'Open vSwitch to take its ports',
      { timeoutMs: timeoutSeconds * 1000 },
      async () => {
        const interfaces = [...ports, ...(bond?.members ?? [])];
        const numbers = await Promise.all(
          interfaces.map((name) => vsctl(['get', 'interface', name, 'ofport'])),
        );
        const names = new Map(
          numbers.map((number, index) => [Number(number), ports[index] ?? bond?.name ?? '']),
        );
        return [...names.keys()].every((number) => number > 0) ? names : undefined;
      },
    );
    return new OpenVswitch(directory, [switchDaemon, databaseServer], vsctl, portNames);
  }

  /** Adds a port, set as `ovs-vsctl set port` would set it: `tag=10`. */
  async addPort(port: string, ...settings: readonly string[]): Promise<void> {
    await this.#vsctl(['add-port', 'br0', port, ...settings]);
    const number = Number(await this.#vsctl(['get', 'interface', port, 'ofport']));
    this.#portNames.set(number, port);
  }

  /** Adds a rule, as `ovs-ofctl add-flow` has it: `dl_type=0x8035,actions=drop`. */
  async addFlow(flow: string): Promise<void> {
    await runProgram('ovs-ofctl', ['add-flow', `unix:${join(this.#directory, 'br0.mgmt')}`, flow]);
  }

  /** Takes rules out: `in_port=swB`. */
  async removeFlows(match: string): Promise<void> {
    await runProgram('ovs-ofctl', ['del-flows', `unix:${join(this.#directory, 'br0.mgmt')}`, match]);
  }

  /** Sets columns of a port: `trunks=0,10`. Resolves when the daemon has done so. */
  async setPort(name: string, ...columns: readonly string[]): Promise<void> {
    await this.#vsctl(['set', 'port', name, ...columns]);
  }

  /** Sets columns of an interface: `ingress_policing_rate=1000`. Resolves when the daemon has done so. */
  async setInterface(name: string, ...columns: readonly string[]): Promise<void> {
    await this.#vsctl(['set', 'interface', name, ...columns]);
  }

  /** The switch's MAC table now. */
  async entries(): Promise<SwitchEntry[]> {
    const table = await this.#appctl('fdb/show', 'br0');
    const rows = table.matchAll(/^\s*(\d+)\s+(\d+)\s+([0-9a-f:]{17})\s/gm);
    return [...rows].map(([, port, vlan, mac]) => ({
      mac: mac ?? '',
      vlan: Number(vlan),
      port: this.#portName(port),
    }));
  }

  async groups(): Promise<GroupEntry[]> {
    const table = await this.#appctl('mdb/show', 'br0');
    const rows = table.matchAll(/^\s*(\d+)\s+(\d+)\s+([0-9a-f.:]+)\s+\d+\s*$/gm);
    return [...rows].map(([, port, vlan, group]) => ({
      group: group ?? '',
      vlan: Number(vlan),
      port: this.#portName(port),
    }));
  }

  /** It has no querier. */
  async startQuerier(): Promise<void> {}

  async stop(): Promise<void> {
    for (const daemon of this.#daemons) await daemon.stop();
  }

  #portName(number: string | undefined): string {
    return this.#portNames.get(Number(number)) ?? `port ${number}`;
  }

  #appctl(...words: readonly string[]): Promise<string> {
    return runProgram('ovs-appctl', ['-t', join(this.#directory, 'vs.ctl'), ...words]);
  }
}

/** {@link OpenVswitch.start} with the settings that a rig has where nothing is said. */
export const startOpenVswitch: SwitchStarter = (network, directory) =>
  OpenVswitch.start(network.switch, directory, network.switchPorts);
