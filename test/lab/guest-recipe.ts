import { Ipv4Address, MacAddress, VlanId } from '@nic-herald/wire';
import type { GuestSpec, NicSpec } from './qemu-process.js';
import type { Station } from './station.js';

/** A guest and what is done inside it so that it holds its stations. */
export interface GuestRecipe {
  readonly guest: GuestSpec;
  /** Shell lines run in the guest, in order. */
  readonly setUp: readonly string[];
  readonly stations: readonly Station[];
}

export type Card = 'virtio' | 'virtio-announcing' | 'e1000' | 'e1000e' | 'rtl8139' | 'vmxnet3';

const cards: Record<Card, { readonly device: string; readonly drivers: readonly string[] }> = {
  virtio: { device: 'virtio-net-pci,guest_announce=off', drivers: ['virtio_pci', 'virtio_net'] },
  'virtio-announcing': { device: 'virtio-net-pci', drivers: ['virtio_pci', 'virtio_net'] },
  e1000: { device: 'e1000', drivers: ['e1000'] },
  e1000e: { device: 'e1000e', drivers: ['e1000e'] },
  rtl8139: { device: 'rtl8139', drivers: ['8139cp'] },
  vmxnet3: { device: 'vmxnet3', drivers: ['vmxnet3'] },
};

const primaryMac = '52:54:00:00:00:01';

/** Collects the stations of a guest and the shell lines that make them. */
export class GuestBuilder {
  readonly #nics: NicSpec[] = [];
  readonly #setUp: string[] = [];
  readonly #stations: Station[] = [];

  /** Adds a card with its untagged primary station; the guest sees the first as eth0. */
  card(card: Card, mac = primaryMac): this {
    const index = this.#nics.length;
    this.#nics.push({ id: `nic${index}`, mac, tap: `tap${index}`, ...cards[card] });
    this.#setUp.push(`ip link set eth${index} up`);
    this.#station(index === 0 ? 'primary' : `primary${index}`, mac, undefined, `eth${index}`);
    return this;
  }

  /** Adds a second card with the MAC of the first; the pair is one station. */
  twin(card: Card): this {
    this.#nics.push({ id: 'nic1', mac: primaryMac, tap: 'tap1', ...cards[card] });
    this.#setUp.push('ip link set eth1 up');
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
      const mac = `52:54:00:aa:00:${hex(number)}`;
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
      this.#station(`v${id}`, this.#nics[0]?.mac ?? primaryMac, id, `v${id}`);
    }
    return this;
  }

  /** A VLAN device with a macvlan of its own MAC on it: only the macvlan's station speaks. */
  macvlansOverVlans(...ids: readonly number[]): this {
    this.#setUp.push('modprobe 8021q', 'modprobe macvlan');
    for (const [index, id] of ids.entries()) {
      const mac = `52:54:00:aa:01:${hex(index + 1)}`;
      this.#device(`v${id}`, `ip link add link eth0 name v${id} type vlan id ${id}`);
      this.#device(`mv${id}`, `ip link add link v${id} name mv${id} address ${mac} type macvlan mode bridge`);
      this.#station(`mv${id}`, mac, id, `mv${id}`);
    }
    return this;
  }

  build(name: string): GuestRecipe {
    const guest = { name: `lab-${name}`, uuid: '7b1f4f0e-4f6e-4a55-9c4f-0a5f4c6d8e01', nics: this.#nics };
    return { guest, setUp: this.#setUp, stations: this.#stations };
  }

  #device(device: string, line: string): void {
    this.#setUp.push(`${line} && ip link set ${device} up`);
  }

  #station(name: string, mac: string, vlan: number | undefined, device: string): void {
    const flow = this.#stations.length;
    // One subnet per station: each device then has the only route to its own peer address.
    const address = Ipv4Address.of(`10.9.${flow + 1}.2`);
    const peerAddress = Ipv4Address.of(`10.9.${flow + 1}.1`);
    this.#setUp.push(`ip addr add ${address}/24 dev ${device}`);
    const tag = vlan === undefined ? {} : { vlan: VlanId.of(vlan) };
    this.#stations.push({ flow, name, mac: MacAddress.of(mac), ...tag, address, peerAddress, device });
  }
}

/** The line that makes the guest speak once on each of its stations, so that every switch learns them. */
export function speakOnce(stations: readonly Station[]): string {
  const lines = stations.map(
    ({ device, address }) => `arping -U -c 2 -w 2 -I ${device} -s ${address} ${address} >/dev/null`,
  );
  return `for each in 1; do ${lines.map((line) => `${line} &`).join(' ')} done; wait`;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
