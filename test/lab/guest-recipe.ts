import { Ipv4Address, MacAddress, VlanId } from '@nic-herald/wire';
import type { GuestSpec, MacvtapMode, NicSpec } from './qemu-process.js';
import type { Station } from './station.js';

/** A guest and what is done inside it so that it holds its stations. */
export interface GuestRecipe {
  readonly guest: GuestSpec;
  /** Shell lines run in the guest, in order. */
  readonly setUp: readonly string[];
  readonly stations: readonly Station[];
  /** The first QEMU that has its cards, such as `8.0`. */
  readonly sinceQemu?: string;
}

export type Card =
  | 'virtio'
  | 'virtio-announcing'
  | 'virtio-without-vlan-filter'
  | 'e1000'
  | 'e1000e'
  | 'igb'
  | 'rtl8139'
  | 'vmxnet3';

type CardSpec = Pick<NicSpec, 'device' | 'drivers' | 'needsExpress'> & Pick<GuestRecipe, 'sinceQemu'>;

const cards: Record<Card, CardSpec> = {
  virtio: { device: 'virtio-net-pci,guest_announce=off', drivers: ['virtio_pci', 'virtio_net'] },
  'virtio-announcing': { device: 'virtio-net-pci', drivers: ['virtio_pci', 'virtio_net'] },
  'virtio-without-vlan-filter': {
    device: 'virtio-net-pci,guest_announce=off,ctrl_vlan=off',
    drivers: ['virtio_pci', 'virtio_net'],
  },
  e1000: { device: 'e1000', drivers: ['e1000'] },
  e1000e: { device: 'e1000e', drivers: ['e1000e'] },
  igb: { device: 'igb', drivers: ['igb'], needsExpress: true, sinceQemu: '8.0' },
  rtl8139: { device: 'rtl8139', drivers: ['8139cp'] },
  vmxnet3: { device: 'vmxnet3', drivers: ['vmxnet3'] },
};

/** A guest's own bridge: as quiet as the guest. */
const quietBridge = 'type bridge forward_delay 0 mcast_snooping 0';

/** Collects the stations of a guest and the shell lines that make them. */
export class GuestBuilder {
  readonly #nics: NicSpec[] = [];
  readonly #setUp: string[] = [];
  readonly #stations: Station[] = [];
  readonly #guest: number;
  readonly #primaryMac: string;
  #sinceQemu: string | undefined;

  /** `guest` tells several guests of one rig apart, 0 to 9: their UUIDs, MACs, taps, flows and subnets. */
  constructor(guest = 0) {
    this.#guest = guest;
    this.#primaryMac = `52:54:00:00:0${guest}:01`;
  }

  /** Adds a card with its untagged primary station; the guest sees the first as eth0. */
  card(card: Card, mac = this.#primaryMac): this {
    const index = this.#nics.length;
    const { sinceQemu, ...spec } = cards[card];
    this.#sinceQemu ??= sinceQemu;
    this.#nics.push({ id: `nic${index}`, mac, tap: `tap${this.#guest || ''}${index}`, ...spec });
    this.#setUp.push(`ip link set eth${index} up`);
    this.#station(index === 0 ? 'primary' : `primary${index}`, mac, undefined, `eth${index}`);
    return this;
  }

  /** The tap of the card added last is passed to QEMU as descriptors, one a queue. */
  passed(queues: number): this {
    const last = this.#nics.pop();
    if (last === undefined) throw new TypeError('there is no card yet');
    const device = queues > 1 ? `${last.device},mq=on,vectors=${2 * queues + 2}` : last.device;
    this.#nics.push({ ...last, device, passedQueues: queues });
    return this;
  }

  /** The port of the card added last is a macvtap on the host's uplink. */
  macvtap(mode: MacvtapMode): this {
    const last = this.#nics.pop();
    if (last === undefined) throw new TypeError('there is no card yet');
    this.#nics.push({ ...last, macvtap: mode, passedQueues: 1 });
    return this;
  }

  /** Adds a second card with the MAC of the first; the pair is one station. */
  twin(card: Card): this {
    this.#nics.push({ id: 'nic1', mac: this.#primaryMac, tap: 'tap1', ...cards[card] });
    this.#setUp.push('ip link set eth1 up');
    return this;
  }

  /**
   * Two cards in an active-backup bond, eth0 active: the bond gives both the MAC of the first (`fail_over_mac` is none),
   * which is one station.
   */
  bond(card: Card): this {
    const backupMac = `52:54:00:00:0${this.#guest}:02`;
    for (const [index, mac] of [this.#primaryMac, backupMac].entries()) {
      this.#nics.push({ id: `nic${index}`, mac, tap: `tap${this.#guest || ''}${index}`, ...cards[card] });
    }
    this.#setUp.push('modprobe bonding max_bonds=0');
    this.#device('bond0', 'ip link add bond0 type bond mode active-backup miimon 100 fail_over_mac none');
    this.#setUp.push('ip link set eth0 master bond0 && ip link set eth1 master bond0');
    this.#station('bond', this.#primaryMac, undefined, 'bond0');
    return this;
  }

  /** The guest gives eth0 another MAC: the configured one is no station any more. */
  changedMac(mac: string): this {
    this.#stations.length = 0;
    this.#setUp.length = 0;
    this.#setUp.push(`ip link set eth0 address ${mac}`, 'ip link set eth0 up');
    this.#station('changed', mac, undefined, 'eth0');
    return this;
  }

  macvlans(count: number): this {
    this.#setUp.push('modprobe macvlan');
    for (let number = 1; number <= count; number++) {
      const mac = `52:54:00:aa:0${this.#guest}:${hex(number)}`;
      this.#device(
        `mv${number}`,
        `ip link add link eth0 name mv${number} address ${mac} type macvlan mode bridge`,
      );
      this.#station(`mv${number}`, mac, undefined, `mv${number}`);
    }
    return this;
  }

  vlans(...ids: readonly number[]): this {
    this.#setUp.push('modprobe 8021q');
    for (const id of ids) {
      this.#device(`v${id}`, `ip link add link eth0 name v${id} type vlan id ${id}`);
      this.#station(`v${id}`, this.#nics[0]?.mac ?? this.#primaryMac, id, `v${id}`);
    }
    return this;
  }

  /** A VLAN device with a macvlan of its own MAC on it: only the macvlan's station speaks. */
  macvlansOverVlans(...ids: readonly number[]): this {
    this.#setUp.push('modprobe 8021q', 'modprobe macvlan');
    for (const [index, id] of ids.entries()) {
      const mac = `52:54:00:ab:00:${hex(index + 1)}`;
      this.#device(`v${id}`, `ip link add link eth0 name v${id} type vlan id ${id}`);
      this.#device(`mv${id}`, `ip link add link v${id} name mv${id} address ${mac} type macvlan mode bridge`);
      this.#station(`mv${id}`, mac, id, `mv${id}`);
    }
    return this;
  }

  /** A bridge in the guest with the card as a port, and ends with MACs of their own behind it, as nested guests are. */
  nested(...macs: readonly string[]): this {
    const [primary] = this.#stations;
    this.#bridge('br0', 'eth0');
    if (primary) {
      // The bridge speaks for the card: it has its MAC, and now its address.
      const { mac, address } = primary;
      this.#setUp.push(
        `ip link set br0 address ${mac} && ip addr flush dev eth0 && ip addr add ${address}/24 dev br0`,
      );
      this.#stations[0] = { ...primary, device: 'br0' };
    }
    for (const [index, mac] of macs.entries()) this.#behind('br0', `n${index + 1}`, mac, undefined);
    return this;
  }

  /** A bridge on each VLAN of a trunk, and ends with MACs of their own behind each. */
  nestedOnVlans(macs: Readonly<Record<number, readonly string[]>>): this {
    this.#setUp.push('modprobe 8021q');
    for (const id of Object.keys(macs).map(Number)) {
      this.#setUp.push(`ip link add link eth0 name v${id} type vlan id ${id} && ip link set v${id} up`);
      this.#bridge(`br${id}`, `v${id}`);
      for (const [index, mac] of (macs[id] ?? []).entries()) {
        this.#behind(`br${id}`, `n${id}-${index + 1}`, mac, id);
      }
    }
    return this;
  }

  build(name: string): GuestRecipe {
    const uuid = `7b1f4f0e-4f6e-4a55-9c4f-0a5f4c6d8e${this.#guest}1`;
    const guest = { name: `lab-${name}`, uuid, nics: this.#nics };
    const sinceQemu = this.#sinceQemu === undefined ? {} : { sinceQemu: this.#sinceQemu };
    return { guest, setUp: this.#setUp, stations: this.#stations, ...sinceQemu };
  }

  #bridge(bridge: string, port: string): void {
    this.#setUp.push('modprobe bridge', 'modprobe veth');
    this.#device(bridge, `ip link add ${bridge} ${quietBridge} && ip link set ${port} master ${bridge}`);
  }

  #behind(bridge: string, end: string, mac: string, vlan: number | undefined): void {
    const port = `${end}p`;
    this.#setUp.push(`ip link add ${end} address ${mac} type veth peer name ${port}`);
    this.#device(port, `ip link set ${port} master ${bridge}`);
    this.#setUp.push(`ip link set ${end} up`);
    this.#station(end, mac, vlan, end);
  }

  #device(device: string, line: string): void {
    this.#setUp.push(`${line} && ip link set ${device} up`);
  }

  #station(name: string, mac: string, vlan: number | undefined, device: string): void {
    const index = this.#stations.length;
    const flow = this.#guest * 1000 + index;
    // One subnet per station: each device then has the only route to its own peer address.
    const subnet = `10.${9 + this.#guest}.${index + 1}`;
    const address = Ipv4Address.of(`${subnet}.2`);
    const peerAddress = Ipv4Address.of(`${subnet}.1`);
    this.#setUp.push(`ip addr add ${address}/24 dev ${device}`);
    const tag = vlan === undefined ? {} : { vlan: VlanId.of(vlan) };
    this.#stations.push({ flow, name, mac: MacAddress.of(mac), ...tag, address, peerAddress, device });
  }
}

/** The line that makes the guest speak once on each of its stations, so that every switch learns them. */
export function speakOnce(stations: readonly Station[]): string {
  const lines = stations.map(
    ({ device, address }) => `arping -U -c 1 -w 1 -I ${device} -s ${address} ${address} >/dev/null`,
  );
  return `for each in 1; do ${lines.map((line) => `${line} &`).join(' ')} done; wait`;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
