import { join } from 'node:path';
import { type AtBoth, inNamespace, ipBatch, type LabNetwork } from '../lab/namespaces.js';
import { waitUntil } from '../lab/wait-until.js';
import { Fabric, type FabricStarter, fabricStarter } from './fabric.js';
import { OvnCentral } from './ovn-central.js';
import { OvnChassis, TIMEOUT_S } from './ovn-chassis.js';

/** In what the guest is: a logical switch of OVN's own, or one that leads to a VLAN of the provider's. */
export type OvnNetwork = 'overlay' | 'provider';

/** The VLAN of the provider's network. */
export const PROVIDER_VLAN = 100;
/** The end of the provider's network on each host. */
export const PROVIDER_PORT = 'ex0';
/** The guest's logical port, and the peer's. */
const [GUEST, PEER] = ['guest', 'peer'] as const;
const HOSTS = ['A', 'B', 'C'] as const;

/** What a port may send from. */
export type OvnSecurity = 'mac' | 'mac-and-ip';

/** Of the chassis of that number, in the underlay. */
const addressOf = (index: number): string => `10.251.0.${index + 1}`;

export interface OvnOptions {
  readonly network: OvnNetwork;
  /** Of the guest: its own addresses, and its tap on either host. */
  readonly mac: string;
  readonly ip: string;
  readonly tap: string;
  /** Its port's security; none: it may send from any address. */
  readonly security: OvnSecurity | undefined;
}

/**
 * OVN in place of a switch, with three chassis: hosts A and B, and C, where the peer has a logical port. In the provider's network the
 * peer is outside of OVN.
 */
export class OvnFabric extends Fabric {
  private readonly chassis: OvnChassis[] = [];

  private constructor(private readonly central: OvnCentral) {
    super();
  }

  static starter(options: OvnOptions): FabricStarter<OvnFabric> {
    return fabricStarter(
      async (_network, directory) => new OvnFabric(await OvnCentral.start(join(directory, 'central'))),
      (fabric, network, directory) => fabric.build(network, directory, options),
    );
  }

  /** The socket of Open vSwitch's database on a host. */
  ovsdb(host: keyof AtBoth<never>): string {
    return this.of(host).ovsdb;
  }

  /** Has the guest's port on one host, and none elsewhere. */
  async settlesOn(host: string): Promise<void> {
    await this.requests(host);
    await this.becomes(`the port to be on ${host} alone`, (there) => there.join() === host);
  }

  /** Has the port on a second host as well, where it stays shut until a RARP comes in. */
  async awaitedOn(from: string, to: string): Promise<void> {
    await this.requests(from, to);
    await this.becomes(`the port to be awaited on ${to}`, (there) => there.join() === `${from},${to}`);
    await this.of(to).isShut();
  }

  async stop(): Promise<void> {
    for (const each of this.chassis) await each.stop();
    await this.central.stop();
  }

  private of(host: string): OvnChassis {
    const found = this.chassis[HOSTS.indexOf(host as (typeof HOSTS)[number])];
    if (found === undefined) throw new TypeError(`${host} is no chassis`);
    return found;
  }

  private async requests(...hosts: readonly string[]): Promise<void> {
    await this.central.north(
      ...['lsp-set-options', GUEST, `requested-chassis=${hosts.join(',')}`],
      'activation-strategy=rarp',
    );
  }

  /** Waits until the chassis on which the port is are such: the first is where it was. */
  private async becomes(what: string, is: (hosts: readonly string[]) => boolean): Promise<void> {
    await waitUntil(what, { timeoutMs: TIMEOUT_S * 1000 }, async () => {
      const names = await this.central.south(
        ...['--bare', '--columns=_uuid,name', '--format=csv', '--no-headings', 'list', 'Chassis'],
      );
      const byId = new Map(names.split('\n').map((line) => line.split(',') as [string, string]));
      const bound = await this.central.south(
        ...['--bare', '--columns=chassis,additional_chassis', 'find', 'Port_Binding'],
        `logical_port=${GUEST}`,
      );
      return (
        is(
          bound
            .trim()
            .split(/\s+/)
            .map((id) => byId.get(id) ?? id),
        ) || undefined
      );
    });
  }

  private async build(
    network: LabNetwork,
    directory: string,
    { network: kind, mac, ip, tap, security }: OvnOptions,
  ): Promise<void> {
    await ipBatch(network.switch, [
      ...['ul', 'ex'].flatMap((bridge) => [
        `link add ${bridge} type bridge forward_delay 0 mcast_snooping 0`,
        `link set ${bridge} up`,
      ]),
      ...HOSTS.map((host) => `link set sw${host} master ul`),
    ]);
    for (const [index, host] of HOSTS.entries()) {
      const namespace = network.hosts[host];
      await ipBatch(namespace, [
        'link del br0',
        `link add ${PROVIDER_PORT} type veth peer name ex${host} netns ${network.switch}`,
        `link set ${PROVIDER_PORT} up`,
      ]);
      await ipBatch(network.switch, [`link set ex${host} master ex`, `link set ex${host} up`]);
      const chassis = await OvnChassis.start({
        ...{ name: host, namespace, directory: join(directory, host), southbound: this.central.southbound },
        ...{ address: addressOf(index), underlayPort: 'up0', providerPort: PROVIDER_PORT },
      });
      this.chassis.push(chassis);
      if (host !== 'C') await chassis.addPort(tap, GUEST);
    }
    await this.central.north('ls-add', 'net', '--', 'lsp-add', 'net', GUEST);
    await this.central.north('lsp-set-addresses', GUEST, `${mac} ${ip}`);
    if (security !== undefined) {
      const allowed = security === 'mac' ? mac : `${mac} ${ip}`;
      await this.central.north('lsp-set-port-security', GUEST, allowed);
    }
    if (kind === 'overlay') {
      await ipBatch(network.switch, [`link set swP netns ${network.hosts.C}`]);
      await ipBatch(network.hosts.C, ['link set swP up']);
      await this.of('C').addPort('swP', PEER);
      await this.central.north('lsp-add', 'net', PEER, '--', 'lsp-set-addresses', PEER, 'unknown');
    } else {
      await ipBatch(network.switch, ['link set swP master ex']);
      await this.central.north(
        ...['lsp-add', 'net', 'localnet', '--', 'lsp-set-type', 'localnet', 'localnet'],
        ...['--', 'lsp-set-addresses', 'localnet', 'unknown'],
        ...['--', 'lsp-set-options', 'localnet', 'network_name=phys'],
        ...[
          '--',
          'set',
          'Logical_Switch_Port',
          'localnet',
          `tag_request=${PROVIDER_VLAN}`,
          `tag=${PROVIDER_VLAN}`,
        ],
      );
    }
    await this.settlesOn('A');
    // The first packet of a tunnel in user space is lost to the question for the other end's MAC.
    for (const host of ['A', 'B'] as const) {
      await inNamespace(network.hosts[host], ['busybox', 'ping', '-c', '3', '-W', '5', addressOf(2)]);
    }
  }
}
