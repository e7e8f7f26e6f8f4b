import type { KernelStage } from './kernel-stage.js';

/** A limit, and the tap that it stands at. */
interface Limit {
  readonly tap: string;
  /** Bytes a second; absent takes the limit away. */
  readonly rate?: number;
}

/** What sets the limit of what a guest may send, as its users' hosts do. */
export interface LimitTool {
  readonly name: 'libvirt' | 'proxmox' | 'open-vswitch';
  /** The tap of its guest, and the uplink of the switch that the tap is in, on host A. */
  readonly tap: string;
  readonly uplink: string;
  /** Two rates that it can set, bytes a second. */
  readonly rates: readonly [number, number];
  /** Puts a tap and an uplink into a switch such as it uses. */
  wire(stage: KernelStage, tap: string, uplink: string): Promise<void>;
  /** Sets, changes or removes a limit. Rejects where a command fails that the tool itself looks at. */
  set(stage: KernelStage, limit: Limit): Promise<void>;
}

/** Runs tc on host A; what `mayFail` fails quietly, as with the tool. */
const tc = async (stage: KernelStage, words: string, mayFail = false): Promise<void> => {
  const done = stage.run('A', ['tc', ...words.split(' ')]);
  await (mayFail ? done.catch(() => undefined) : done);
};

/** A bridge of its own for a tap. */
const wireBridge = async (stage: KernelStage, tap: string, uplink: string): Promise<void> => {
  const bridge = `br-${tap}`;
  await stage.ip('A', `link add ${bridge} mtu 9000 type bridge forward_delay 0`, `link set ${bridge} up`);
  for (const port of [tap, uplink]) await stage.ip('A', `link set ${port} master ${bridge}`);
};

/** `<bandwidth><outbound average=.../>`, as `virNetDevBandwidthSet` and `-Clear` do it (src/util/virnetdevbandwidth.c). */
const libvirt: LimitTool = {
  ...{ name: 'libvirt', tap: 'vnet0', uplink: 'upL', rates: [500_000, 1_000_000] },
  wire: wireBridge,
  async set(stage, { tap, rate }) {
    await tc(stage, `qdisc del dev ${tap} root`, true);
    await tc(stage, `qdisc del dev ${tap} ingress`, true);
    if (rate === undefined) return;
    const average = Math.round(rate / 1000);
    await tc(stage, `qdisc add dev ${tap} ingress`);
    const police = `police rate ${average}kbps burst ${average}kb mtu 64kb drop flowid :1`;
    await tc(stage, `filter add dev ${tap} parent ffff: protocol all u32 match u32 0 0 ${police}`);
  },
};

/** `rate=` of a NIC, as `tap_rate_limit` and `setup_tc_rate_limit` do it (pve-common, src/PVE/Network.pm). */
const proxmox: LimitTool = {
  ...{ name: 'proxmox', tap: 'tap100i0', uplink: 'upP', rates: [524_288, 1_048_576] },
  wire: wireBridge,
  async set(stage, { tap, rate }) {
    await tc(stage, `class del dev ${tap} parent 1: classid 1:1`, true);
    await tc(stage, `filter del dev ${tap} parent ffff: protocol all pref 50 u32`, true);
    await tc(stage, `qdisc del dev ${tap} ingress`, true);
    await tc(stage, `qdisc del dev ${tap} root`, true);
    if (rate === undefined) return;
    const burst = 1024 * 1024;
    await tc(stage, `qdisc add dev ${tap} root handle 1: htb default 1`);
    await tc(stage, `class add dev ${tap} parent 1: classid 1:1 htb rate ${rate}bps burst ${burst}b`);
    await tc(stage, `qdisc add dev ${tap} handle ffff: ingress`);
    const police = `police rate ${rate}bps burst ${burst}b mtu 64kb drop`;
    await tc(stage, `filter add dev ${tap} parent ffff: prio 50 basic ${police}`);
  },
};

/** `ingress_policing_rate` and `-burst`, kbit/s and kbit, the burst a tenth as its manual advises (ovs-vswitchd.conf.db). */
const openVswitch: LimitTool = {
  ...{ name: 'open-vswitch', tap: 'tapO', uplink: 'upO', rates: [500_000, 1_000_000] },
  async wire(stage, tap, uplink) {
    const ovs = await stage.openVswitch('A');
    for (const port of [uplink, tap]) await ovs.addPort(port);
  },
  async set(stage, { tap, rate = 0 }) {
    const kbit = Math.round((rate * 8) / 1000);
    const ovs = await stage.openVswitch('A');
    await ovs.setInterface(
      tap,
      `ingress_policing_rate=${kbit}`,
      `ingress_policing_burst=${Math.round(kbit / 10)}`,
    );
  },
};

export const limitTools: readonly LimitTool[] = [libvirt, openVswitch, proxmox];
