import type { GroupEntry, LanSwitch, SwitchEntry } from './lan-switch.js';
import { bridgePorts, inNamespace, ipBatch } from './namespaces.js';
import { runProgram } from './run-program.js';

/** Answers within this time count for a query of the bridge, in hundredths of a second. */
const responseTime = 100;

/**
 * A Linux bridge as the switch, without VLAN filtering: one MAC table and one group table for all VLANs. It does look
 * into tagged frames, since the kernel takes the tag off before the bridge sees them.
 */
export class LinuxBridgeSwitch implements LanSwitch {
  readonly #namespace: string;

  private constructor(namespace: string) {
    this.#namespace = namespace;
  }

  static async start(namespace: string, ports: readonly string[]): Promise<LinuxBridgeSwitch> {
    const snooping = `mcast_snooping 1 mcast_querier 0 mcast_query_response_interval ${responseTime}`;
    await ipBatch(namespace, [
      // One query when it starts and the next after 125 s: none comes to a guest's aid while it is measured.
      `link add br0 type bridge forward_delay 0 ${snooping} mcast_startup_query_count 1`,
      ...ports.map((port) => `link set ${port} master br0`),
      'link set br0 up',
    ]);
    return new LinuxBridgeSwitch(namespace);
  }

  async entries(): Promise<SwitchEntry[]> {
    const ports = await bridgePorts(this.#namespace);
    return [...ports].map(([mac, port]) => ({ mac, vlan: undefined, port }));
  }

  async groups(): Promise<GroupEntry[]> {
    const text = await runProgram('bridge', ['-n', this.#namespace, '-j', 'mdb', 'show', 'dev', 'br0']);
    const [table] = JSON.parse(text) as { mdb?: { grp: string; port: string }[] }[];
    return (table?.mdb ?? []).map(({ grp, port }) => ({ group: grp, vlan: undefined, port }));
  }

  /** Asks at once. A bridge without an IPv6 address cannot query listeners of IPv6, and then floods their groups. */
  async startQuerier(): Promise<void> {
    const settings = ['accept_ra=0', 'disable_ipv6=0'].map((each) => each.split('='));
    const lines = settings.map(([key, value]) => `echo ${value} > /proc/sys/net/ipv6/conf/br0/${key}`);
    await inNamespace(this.#namespace, ['sh', '-c', lines.join(' && ')]);
    await ipBatch(this.#namespace, [
      'addr add fe80::5/64 dev br0 nodad',
      'link set br0 type bridge mcast_querier 1',
    ]);
  }

  /** Goes with its namespace. */
  async stop(): Promise<void> {}
}
