import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import { inNamespace, ipBatch, type LabNetwork } from '../lab/namespaces.js';
import { runProgram } from '../lab/run-program.js';
import { waitUntil } from '../lab/wait-until.js';
import { Fabric, type FabricStarter, fabricStarter } from './fabric.js';

/** What differs from one fabric to another. */
export interface EvpnOptions {
  /** Whether a leaf makes a neighbour entry of a gratuitous frame: Linux's arp_accept and accept_untracked_na. */
  readonly acceptsGratuitous: boolean;
  /** Whether leaves answer ARP and ND for those that they know (neigh_suppress). */
  readonly suppressesNeighbours: boolean;
  /** What a leaf does with a MAC that has moved five times in 180 s besides saying so; FRR's default is nothing. */
  readonly freezesDuplicates?: boolean;
}

/** The leaves: two with a host each, and one with the routed client. */
const LEAVES = [1, 2, 3] as const;
export type Leaf = (typeof LEAVES)[number];

/** The anycast gateway of the guests' network. */
export const GATEWAY = { ipv4: '10.10.0.1', ipv6: '2001:db8:10::1' } as const;
const GATEWAY_MAC = '00:00:5e:00:01:01';
const CLIENT_NETWORK = { ipv4: '10.20.0', ipv6: '2001:db8:20:' } as const;
/** The routed client's addresses. */
const CLIENT = { ipv4: `${CLIENT_NETWORK.ipv4}.2`, ipv6: `${CLIENT_NETWORK.ipv6}:2` } as const;

const UNDERLAY = { ipv4: '10.250.0', ipv6: 'fd00:250:' } as const;
const SPINE_ADDRESS = `${UNDERLAY.ipv4}.100`;
const VNI = 10;
const FRR_PROGRAMS = '/usr/lib/frr';
/** What keeps FRR's daemons of several namespaces apart. */
const FRR_DIRECTORIES = ['/etc/frr', '/var/run/frr'] as const;

/**
 * FRR in place of a switch: a route reflector and three leaves, each with a bridge, a VXLAN device and an interface of the
 * bridge with an anycast gateway. Hosts A and B are at the first two, and the peer is a routed client of the third.
 */
export class EvpnFabric extends Fabric {
  private readonly daemons: LabProcess[] = [];

  private constructor(
    private readonly network: LabNetwork,
    private readonly directory: string,
  ) {
    super();
  }

  static starter(options: EvpnOptions): FabricStarter<EvpnFabric> {
    return fabricStarter(
      async (network, directory) => {
        await mkdir(directory, { recursive: true });
        return new EvpnFabric(network, directory);
      },
      (fabric) => fabric.build(options),
    );
  }

  /** What a leaf's FRR knows of a MAC: how often it has moved (RFC 7432 section 15), and whether it is at another leaf. */
  async macAt(leaf: Leaf, mac: string): Promise<KnownMac | undefined> {
    const text = await this.ask(leaf, `show evpn mac vni ${VNI} mac ${mac} json`);
    const { [mac]: known } = JSON.parse(text.trim() || '{}') as Record<string, FrrMac | undefined>;
    if (known?.type === undefined) return undefined;
    const isRemote = known.type === 'remote';
    return {
      isRemote,
      moves: (isRemote ? known.remoteSequence : known.localSequence) ?? 0,
      isDuplicate: known.isDuplicate === true,
    };
  }

  /** Waits until the client's leaf has the MAC from another one, with these addresses. */
  async knows(mac: string, addresses: readonly string[]): Promise<void> {
    await waitUntil(
      `the third leaf to have ${mac} from another`,
      { timeoutMs: 20_000, everyMs: 200 },
      async () => {
        const isThere = (await this.macAt(3, mac))?.isRemote;
        if (isThere !== true) return undefined;
        const neighbours = await this.ask(3, `show evpn arp-cache vni ${VNI}`);
        return addresses.every((address) => neighbours.includes(address)) || undefined;
      },
    );
  }

  /** All that is known of it, for those who look into a failure. */
  async told(mac: string): Promise<string> {
    const asked = LEAVES.map(async (leaf) => {
      const [macs, neighbours, kernel] = await Promise.all([
        this.ask(leaf, `show evpn mac vni ${VNI} mac ${mac}`),
        this.ask(leaf, `show evpn arp-cache vni ${VNI}`),
        runProgram('ip', ['-n', this.leaf(leaf), 'neigh', 'show', 'dev', 'br10']),
      ]);
      return `--- leaf ${leaf}\n${macs}\n${neighbours}\n${kernel}`;
    });
    return (await Promise.all(asked)).join('\n');
  }

  async stop(): Promise<void> {
    for (const daemon of this.daemons.toReversed()) await daemon.stop();
    for (const name of [this.spine, ...LEAVES.map((leaf) => this.leaf(leaf))]) {
      for (const directory of FRR_DIRECTORIES)
        await rm(join(directory, name), { recursive: true, force: true });
    }
  }

  private get spine(): string {
    return this.network.switch;
  }

  private leaf(leaf: Leaf): string {
    return this.network.switch.replace(/S$/, `L${leaf}`);
  }

  private ask(leaf: Leaf, command: string): Promise<string> {
    return runProgram('vtysh', ['-N', this.leaf(leaf), '-c', command]);
  }

  private async build(options: EvpnOptions): Promise<void> {
    await ipBatch(this.spine, [
      'link add ul type bridge forward_delay 0 mcast_snooping 0',
      `addr add ${SPINE_ADDRESS}/24 dev ul`,
      'link set ul up',
    ]);
    for (const leaf of LEAVES) await this.addLeaf(leaf, options);
    await this.connectClient();
    await this.run(this.spine, spineConfig());
    for (const leaf of LEAVES) await this.run(this.leaf(leaf), leafConfig(leaf, options));
  }

  private async addLeaf(leaf: Leaf, options: EvpnOptions): Promise<void> {
    const name = this.leaf(leaf);
    await runProgram('ip', ['netns', 'add', name]);
    await this.set(name, {
      'net.ipv4.ip_forward': 1,
      'net.ipv6.conf.all.forwarding': 1,
      'net.ipv4.conf.all.rp_filter': 0,
      'net.ipv4.conf.default.rp_filter': 0,
      'net.ipv6.conf.all.accept_dad': 0,
      'net.ipv6.conf.default.accept_dad': 0,
    });
    const port = ['swA', 'swB', 'swP'][leaf - 1] ?? '';
    await ipBatch(name, [
      'link set lo up',
      `link add eth0 type veth peer name u${leaf} netns ${this.spine}`,
      `addr add ${UNDERLAY.ipv4}.${leaf}/24 dev eth0`,
      `addr add ${UNDERLAY.ipv6}:${leaf}/64 dev eth0 nodad`,
      'link set eth0 up',
      `link add br10 address ${GATEWAY_MAC} type bridge forward_delay 0 mcast_snooping 0`,
      `addr add ${GATEWAY.ipv4}/24 dev br10`,
      `addr add ${GATEWAY.ipv6}/64 dev br10 nodad`,
      `link add vxlan10 type vxlan id ${VNI} local ${UNDERLAY.ipv4}.${leaf} dstport 4789 nolearning`,
      'link set vxlan10 master br10',
    ]);
    const accepts = Number(options.acceptsGratuitous);
    await this.set(name, {
      'net.ipv4.conf.br10.arp_accept': accepts,
      'net.ipv6.conf.br10.accept_untracked_na': accepts,
    });
    await ipBatch(this.spine, [
      `link set u${leaf} master ul`,
      `link set u${leaf} up`,
      `link set ${port} netns ${name}`,
    ]);
    const suppresses = options.suppressesNeighbours ? 'on' : 'off';
    const bridge = [
      'bridge',
      'link',
      'set',
      'dev',
      'vxlan10',
      'learning',
      'off',
      'neigh_suppress',
      suppresses,
    ];
    await inNamespace(name, bridge);
    await ipBatch(name, [
      ...(leaf === 3 ? [] : [`link set ${port} master br10`]),
      ...[port, 'vxlan10', 'br10'].map((device) => `link set ${device} up`),
    ]);
  }

  /** The client is in a network of its own, behind the third leaf. */
  private async connectClient(): Promise<void> {
    const { peer } = this.network;
    await ipBatch(this.leaf(3), [
      `addr add ${CLIENT_NETWORK.ipv4}.1/24 dev swP`,
      `addr add ${CLIENT_NETWORK.ipv6}:1/64 dev swP nodad`,
    ]);
    for (const leaf of [1, 2] as const) {
      await ipBatch(this.leaf(leaf), [
        `route add ${CLIENT_NETWORK.ipv4}.0/24 via ${UNDERLAY.ipv4}.3`,
        `route add ${CLIENT_NETWORK.ipv6}:/64 via ${UNDERLAY.ipv6}:3`,
      ]);
    }
    await this.set(peer, { 'net.ipv6.conf.all.disable_ipv6': 0, 'net.ipv6.conf.peer0.disable_ipv6': 0 });
    await ipBatch(peer, [
      `addr add ${CLIENT.ipv4}/24 dev peer0`,
      `addr add ${CLIENT.ipv6}/64 dev peer0 nodad`,
      `route add 10.10.0.0/24 via ${CLIENT_NETWORK.ipv4}.1`,
      `route add 2001:db8:10::/64 via ${CLIENT_NETWORK.ipv6}:1`,
    ]);
  }

  private async set(namespace: string, values: Readonly<Record<string, number>>): Promise<void> {
    const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
    await inNamespace(namespace, ['sysctl', '-qw', ...lines]);
  }

  /** Starts zebra and bgpd of one node, which end with the lab. */
  private async run(name: string, bgp: string): Promise<void> {
    const owner = (await runProgram('getent', ['passwd', 'frr'])).split(':');
    for (const directory of FRR_DIRECTORIES) {
      await mkdir(join(directory, name), { recursive: true });
      await chown(join(directory, name), Number(owner[2]), Number(owner[3]));
    }
    const configs = { zebra: `hostname ${name}\n`, bgpd: `hostname ${name}\n${bgp}`, vtysh: '' };
    for (const [program, text] of Object.entries(configs)) {
      await writeFile(join('/etc/frr', name, `${program}.conf`), text);
    }
    for (const program of ['zebra', 'bgpd'] as const) {
      const daemon = new LabProcess({
        title: `${program} of ${name}`,
        namespace: name,
        command: [
          join(FRR_PROGRAMS, program),
          ...['-N', name, '-f', join('/etc/frr', name, `${program}.conf`), '-A', '127.0.0.1'],
        ],
        logFile: join(this.directory, `${program}-${name}.log`),
      });
      this.daemons.push(daemon);
      await waitUntil(`${program} of ${name}`, { timeoutMs: 15_000, everyMs: 50 }, async () => {
        daemon.assertRunning();
        const answer = await runProgram('vtysh', ['-N', name, '-d', program, '-c', 'show version']).catch(
          () => '',
        );
        return answer.includes('FRRouting') || undefined;
      });
    }
  }
}

/** A MAC as a leaf has it. */
export interface KnownMac {
  readonly isRemote: boolean;
  /** Its mobility sequence number. */
  readonly moves: number;
  readonly isDuplicate: boolean;
}

/** What of FRR's answer is looked at. */
interface FrrMac {
  readonly type?: string;
  readonly localSequence?: number;
  readonly remoteSequence?: number;
  readonly isDuplicate?: boolean;
}

const spineConfig = (): string => `router bgp 65000
 bgp router-id ${SPINE_ADDRESS}
 no bgp default ipv4-unicast
 bgp cluster-id ${SPINE_ADDRESS}
${LEAVES.map((leaf) => ` neighbor ${UNDERLAY.ipv4}.${leaf} remote-as 65000`).join('\n')}
 address-family l2vpn evpn
${LEAVES.map((leaf) => `  neighbor ${UNDERLAY.ipv4}.${leaf} activate\n  neighbor ${UNDERLAY.ipv4}.${leaf} route-reflector-client`).join('\n')}
 exit-address-family
`;

const leafConfig = (leaf: Leaf, { freezesDuplicates = false }: EvpnOptions): string => `router bgp 65000
 bgp router-id ${UNDERLAY.ipv4}.${leaf}
 no bgp default ipv4-unicast
 neighbor ${SPINE_ADDRESS} remote-as 65000
 address-family l2vpn evpn
  neighbor ${SPINE_ADDRESS} activate
  advertise-all-vni
${freezesDuplicates ? '  dup-addr-detection freeze permanent\n' : ''} exit-address-family
`;
