import { isDeepStrictEqual } from 'node:util';
import { agentProgram } from '../agent-process.js';
import { bootGuest } from '../guest-on-host.js';
import { GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import { LabRig } from '../lab-rig.js';
import type { QemuProcess } from '../qemu-process.js';
import { runProgram } from '../run-program.js';

const recipe = new GuestBuilder().card('igb').build('igb-by-its-model');

/** What the guest's card lists, as its model reads it or as `ip` in the guest tells it. */
interface CardLists {
  readonly own: string;
  readonly macs: readonly string[];
  readonly vlans: readonly number[];
  /** Stations of virtual functions, as `MAC` or `MAC/VLAN`. */
  readonly functions: readonly string[];
}

interface Step {
  readonly name: string;
  /** Shell lines that make the guest so. */
  readonly lines: readonly string[];
  /** Why the card may list less than the guest has; then more MACs than it lists are no fault. */
  readonly incomplete?: readonly string[];
}

const macvlan = (n: number): string =>
  `ip link add link eth0 name m${n} address 52:54:00:aa:00:${n.toString(16).padStart(2, '0')} type macvlan mode bridge && ip link set m${n} up`;
const vlan = (id: number, device = 'eth0'): string =>
  `ip link add link ${device} name v${id} type vlan id ${id} && ip link set v${id} up`;
const numbers = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** One after another, in one guest. */
const steps: readonly Step[] = [
  { name: 'as it booted', lines: [] },
  {
    name: '5 macvlans and 4 VLANs',
    lines: [
      'modprobe macvlan && modprobe 8021q',
      ...numbers(1, 5).map(macvlan),
      ...[10, 20, 300, 4000].map((id) => vlan(id)),
    ],
  },
  { name: '23 macvlans, as many as it lists', lines: numbers(6, 23).map(macvlan) },
  { name: '24 macvlans', lines: [macvlan(24)], incomplete: ['promiscuous'] },
  {
    name: 'some of them gone, another own MAC',
    lines: [
      ...numbers(3, 24).map((n) => `ip link del m${n}`),
      'ip link del v300',
      'ip link set eth0 address 52:54:00:cc:00:01',
    ],
  },
  {
    name: 'two virtual functions, one on a VLAN of the host side, one with a VLAN of its own',
    lines: [
      'echo 2 > /sys/class/net/eth0/device/sriov_numvfs && sleep 1',
      'ip link set eth0 vf 0 mac 52:54:00:dd:00:01 && ip link set eth0 vf 1 mac 52:54:00:dd:00:02',
      'ip link set eth0 vf 1 vlan 33 && modprobe igbvf && sleep 1',
      `ip link set eth1 up && ip link set eth2 up && ${vlan(30, 'eth1')} && sleep 1`,
    ],
  },
  {
    name: 'no virtual functions again',
    lines: ['ip link del v30 && rmmod igbvf && echo 0 > /sys/class/net/eth0/device/sriov_numvfs && sleep 1'],
  },
  {
    name: 'a port of a bridge in the guest',
    lines: [
      'ip link del m1 && ip link del m2 && modprobe bridge && ip link add br0 type bridge vlan_default_pvid 0 && ip link set eth0 master br0',
    ],
    incomplete: ['promiscuous', 'vlan-filter-off'],
  },
];

/** Has a guest change its card step by step: after each, the model must give what `ip` in the guest shows. */
export const igbByItsModel: LabCase = {
  name: 'igb-by-its-model',
  summary:
    "an igb's lists are what the guest's ip shows, step by step, virtual functions too (QEMU 8.0 and later)",
  needsAgents: true,
  sinceQemu: recipe.sinceQemu,
  run: async (context) => {
    const rig = await LabRig.start({ ...context, guest: recipe.guest });
    const faults: string[] = [];
    const notes: string[] = [];
    try {
      const qemu = await bootGuest(rig, 'A', recipe);
      for (const { name, lines, incomplete = [] } of steps) {
        for (const line of lines) await qemu.console.run(line);
        const { lists, reasons } = await readByModel(qemu);
        const truth = shownByIp(
          JSON.parse(await qemu.console.run('ip -json -details link show')) as IpLink[],
        );
        faults.push(...differences(lists, truth, incomplete.length > 0).map((each) => `${name}: ${each}`));
        if (!isDeepStrictEqual(reasons, incomplete))
          faults.push(`${name}: incomplete is [${reasons.join()}], not [${incomplete.join()}]`);
        notes.push(
          `${name}: own ${lists.own}, ${lists.macs.length} of ${truth.macs.length} MACs, VLANs [${lists.vlans.join()}], ` +
            `functions [${lists.functions.join()}]`,
        );
      }
    } finally {
      await rig.stop();
    }
    return { faults, notes };
  },
};

interface CardRecording {
  readonly problem?: string;
  readonly read?: {
    readonly currentMac?: string;
    readonly unicast: readonly string[];
    readonly vlans: readonly number[] | 'unknown';
    readonly exact?: readonly { readonly mac: string; readonly vlan?: number }[];
    readonly incomplete: readonly { readonly reason: string }[];
  };
}

/** What the model gives of the live card: `nic-herald record` at its monitor, without an agent. */
async function readByModel(
  qemu: QemuProcess,
): Promise<{ readonly lists: CardLists; readonly reasons: readonly string[] }> {
  const program = agentProgram(process.env);
  const said = await runProgram(process.execPath, [program, 'record', '--qmp', qemu.agentSocket]);
  const { read, problem } = JSON.parse(said) as CardRecording;
  if (read === undefined) throw new Error(`the card was not read: ${problem}`);
  const { currentMac = '', unicast, vlans, exact = [], incomplete } = read;
  const ofFunctions = new Set(exact.map(({ mac }) => mac));
  return {
    lists: {
      own: currentMac,
      macs: unicast.filter((mac) => !ofFunctions.has(mac)).toSorted(),
      vlans: vlans === 'unknown' ? [] : vlans,
      functions: exact.map(({ mac, vlan: id }) => (id === undefined ? mac : `${mac}/${id}`)).toSorted(),
    },
    reasons: incomplete.map(({ reason }) => reason),
  };
}

/** One line of `ip -json -details link show`, as far as it is looked at. */
interface IpLink {
  readonly ifname: string;
  readonly address: string;
  /** The device under it. */
  readonly link?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: { readonly id?: number } };
  readonly vfinfo_list?: readonly {
    readonly address: string;
    readonly vlan_list?: readonly { readonly vlan?: number }[];
  }[];
}

/** What the guest has, in its own words. */
function shownByIp(links: readonly IpLink[]): CardLists {
  const card = links.find(({ ifname }) => ifname === 'eth0');
  const over = (device: string, kind: string): readonly IpLink[] =>
    links.filter(({ link, linkinfo }) => link === device && linkinfo?.info_kind === kind);
  const vlansOver = (device: string): readonly number[] =>
    over(device, 'vlan').flatMap(({ linkinfo }) => linkinfo?.info_data?.id ?? []);
  const functions = (card?.vfinfo_list ?? []).flatMap(({ address: mac, vlan_list = [] }) => {
    const given = vlan_list.flatMap(({ vlan: id }) => id || []);
    if (given.length > 0) return given.map((id) => `${mac}/${id}`);
    const device = links.find(
      ({ ifname, address }) => ifname !== 'eth0' && address === mac && !ifname.startsWith('v'),
    );
    return [mac, ...vlansOver(device?.ifname ?? '').map((id) => `${mac}/${id}`)];
  });
  return {
    own: card?.address ?? '',
    macs: over('eth0', 'macvlan')
      .map(({ address }) => address)
      .toSorted(),
    vlans: [...vlansOver('eth0')].sort((a, b) => a - b),
    functions: functions.toSorted(),
  };
}

/** What the model gives otherwise than `ip` shows it; where it says that its list is short, it may be. */
function differences(lists: CardLists, truth: CardLists, mayBeShort: boolean): string[] {
  const expected = mayBeShort
    ? { ...truth, macs: truth.macs.filter((mac) => lists.macs.includes(mac)) }
    : truth;
  return (['own', 'macs', 'vlans', 'functions'] as const).flatMap((part) =>
    isDeepStrictEqual(lists[part], expected[part])
      ? []
      : [`${part} are [${String(lists[part])}] by the model, [${String(expected[part])}] by ip`],
  );
}
