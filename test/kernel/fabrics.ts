import { VlanId } from '@nic-herald/wire';
import type { KernelHost, KernelStage } from './kernel-stage.js';

/** A guest's tap in a switch of a host. */
interface FabricPort {
  readonly tap: string;
  /** The VLANs that the guest tags its frames with; undefined: it does not. */
  readonly inside: VlanId | undefined;
  /** The VLAN in which its frames are on the wire. */
  readonly onWire: VlanId;
}

/** A MAC as a switch knows it. */
interface FabricEntry {
  readonly mac: string;
  readonly vlan: number;
  readonly port: string;
}

/** A switch that knows VLANs, made on both hosts alike, with a cable between them. */
export interface Fabric {
  readonly name: string;
  readonly summary: string;
  readonly ports: readonly FabricPort[];
  /** What a guest says there that the switch drops, and that nothing may be sent for. */
  readonly dropped?: readonly Pick<FabricPort, 'tap' | 'inside'>[];
  /** The end of the cable, on either host. */
  readonly uplink: string;
  /** Makes it on a host, where its taps and its uplink are already. */
  build(stage: KernelStage, host: KernelHost): Promise<void>;
  /** Ports of guests learn nothing: what is behind them is written into its table, or is not there. */
  readonly isTold?: true;
  /** What it has learned. */
  entries(stage: KernelStage, host: KernelHost): Promise<readonly FabricEntry[]>;
}

const ten = VlanId.of(10);
const twenty = VlanId.of(20);
const thirty = VlanId.of(30);

/** An access port and a trunk. */
const portsOf = (access: string, trunk: string): readonly FabricPort[] => [
  { tap: access, inside: undefined, onWire: ten },
  { tap: trunk, inside: ten, onWire: ten },
  { tap: trunk, inside: twenty, onWire: twenty },
];

const openVswitch: Fabric = {
  ...{ name: 'kernel-open-vswitch', uplink: 'upK' },
  summary:
    'Open vSwitch with the kernel datapath: an access port (tag=10), a trunk (trunks=10,20) and one with native VLAN 10',
  ports: [
    ...portsOf('kacc', 'ktrk'),
    { tap: 'knat', inside: undefined, onWire: ten },
    { tap: 'knat', inside: twenty, onWire: twenty },
  ],
  dropped: [
    { tap: 'kacc', inside: ten },
    { tap: 'ktrk', inside: undefined },
    { tap: 'ktrk', inside: thirty },
    { tap: 'knat', inside: thirty },
  ],
  async build(stage, host) {
    const ovs = await stage.openVswitch(host);
    await ovs.addPort('upK');
    await ovs.addPort('kacc', 'tag=10');
    await ovs.addPort('ktrk', 'trunks=10,20');
    await ovs.addPort('knat', 'vlan_mode=native-untagged', 'tag=10', 'trunks=20');
  },
  async entries(stage, host) {
    const ovs = await stage.openVswitch(host);
    return (await ovs.entries()).map(({ mac, vlan, port }) => ({ mac, vlan: vlan ?? 0, port }));
  },
};

interface BridgeEntry {
  readonly mac: string;
  readonly ifname: string;
  readonly vlan?: number;
  readonly state?: string;
  readonly flags?: readonly string[];
}

/** What a bridge has learned; `vlan` where its entries do not say one. */
async function bridgeEntries(
  stage: KernelStage,
  host: KernelHost,
  bridge: string,
  vlan = 0,
): Promise<FabricEntry[]> {
  const text = await stage.run(host, ['bridge', '-j', 'fdb', 'show', 'br', bridge]);
  const learned = (JSON.parse(text) as BridgeEntry[]).filter(
    ({ state, flags }) => state !== 'permanent' && !flags?.includes('self'),
  );
  return learned.map((entry) => ({ mac: entry.mac, vlan: entry.vlan ?? vlan, port: entry.ifname }));
}

/** A bridge with an access port and a trunk, whose access port is in this VLAN. */
async function filteringBridge(
  stage: KernelStage,
  host: KernelHost,
  [bridge, uplink, access, trunk]: readonly [string, string, string, string],
  pvid: VlanId,
): Promise<void> {
  await stage.ip(
    host,
    `link add ${bridge} type bridge forward_delay 0 vlan_filtering 1 vlan_default_pvid 0`,
    ...[uplink, access, trunk].map((port) => `link set ${port} master ${bridge}`),
    `link set ${bridge} up`,
  );
  const vlans = [
    `dev ${access} vid ${pvid} pvid untagged`,
    ...[trunk, uplink].flatMap((port) => [`dev ${port} vid 10`, `dev ${port} vid 20`]),
    ...(pvid === thirty ? [`dev ${uplink} vid 30`] : []),
  ];
  for (const each of vlans) await stage.run(host, ['bridge', 'vlan', 'add', ...each.split(' ')]);
}

const vlanBridge: Fabric = {
  ...{ name: 'vlan-filtering-bridge', uplink: 'upV', ports: portsOf('vacc', 'vtrk') },
  summary: 'a bridge that filters VLANs: a port with pvid 10 and one with VLANs 10 and 20 tagged',
  dropped: [
    { tap: 'vacc', inside: twenty },
    { tap: 'vtrk', inside: undefined },
    { tap: 'vtrk', inside: thirty },
  ],
  build: (stage, host) => filteringBridge(stage, host, ['brV', 'upV', 'vacc', 'vtrk'], ten),
  entries: (stage, host) => bridgeEntries(stage, host, 'brV'),
};

const renumberedBridge: Fabric = {
  ...{ name: 'renumbered-bridge', uplink: 'upR' },
  summary:
    'bridges that filter VLANs, with another pvid on B: what was untagged goes into the VLAN that it is there',
  ports: [
    { tap: 'racc', inside: undefined, onWire: thirty },
    { tap: 'rtrk', inside: ten, onWire: ten },
    { tap: 'rtrk', inside: twenty, onWire: twenty },
  ],
  async build(stage, host) {
    await filteringBridge(stage, host, ['brR', 'upR', 'racc', 'rtrk'], host === 'A' ? ten : thirty);
    // A hears of it on B's VLAN.
    if (host === 'A') await stage.run(host, ['bridge', 'vlan', 'add', 'dev', 'upR', 'vid', '30']);
  },
  entries: (stage, host) => bridgeEntries(stage, host, 'brR'),
};

const subinterfaces: Fabric = {
  ...{ name: 'bridge-per-vlan', uplink: 'up8' },
  summary: 'a bridge for each VLAN over an 802.1Q interface of the uplink, as neutron and Proxmox make them',
  ports: [
    { tap: 'tap8a', inside: undefined, onWire: ten },
    { tap: 'tap8b', inside: undefined, onWire: twenty },
  ],
  async build(stage, host) {
    for (const [vlan, tap] of [
      [10, 'tap8a'],
      [20, 'tap8b'],
    ] as const) {
      await stage.ip(
        host,
        `link add br8-${vlan} type bridge forward_delay 0`,
        `link add link up8 name up8.${vlan} type vlan id ${vlan}`,
        ...[`up8.${vlan}`, tap].map((port) => `link set ${port} master br8-${vlan}`),
        ...[`up8.${vlan}`, `br8-${vlan}`].map((device) => `link set ${device} up`),
      );
    }
  },
  async entries(stage, host) {
    const tables = [10, 20].map((vlan) => bridgeEntries(stage, host, `br8-${vlan}`, vlan));
    return (await Promise.all(tables)).flat();
  },
};

/** The MAC of the guest's card behind that bridge, see `guestOf` in fabric-case.ts. */
const toldMac = '52:54:00:f4:00:00';

/** As libvirt sets up a bridge whose table it keeps itself (virnetdevbridge.c), in a VLAN. */
const toldBridge: Fabric = {
  ...{ name: 'libvirt-mac-table', uplink: 'upT', isTold: true },
  summary:
    "libvirt's macTableManager: the bridge filters VLANs, the tap neither learns nor gets what is unknown",
  ports: [{ tap: 'ttap', inside: undefined, onWire: ten }],
  async build(stage, host) {
    await stage.ip(
      host,
      'link add brT type bridge forward_delay 0 vlan_filtering 1 vlan_default_pvid 0',
      ...['upT', 'ttap'].map((port) => `link set ${port} master brT`),
      'link set brT up',
      'link set dev ttap type bridge_slave learning off flood off',
    );
    await stage.run(host, ['bridge', 'vlan', 'add', 'dev', 'ttap', 'vid', '10', 'pvid', 'untagged']);
    await stage.run(host, ['bridge', 'vlan', 'add', 'dev', 'upT', 'vid', '10']);
    const entry = ['fdb', 'append', toldMac, 'dev', 'ttap', 'master', 'static', 'vlan', '10'];
    await stage.run(host, ['bridge', ...entry]);
  },
  entries: (stage, host) => bridgeEntries(stage, host, 'brT'),
};

export const fabrics: readonly Fabric[] = [
  ...[openVswitch, vlanBridge, subinterfaces, toldBridge],
  renumberedBridge,
];
