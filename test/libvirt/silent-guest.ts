import { Ipv4Address, MacAddress, VlanId } from '@nic-herald/wire';
import type { Station } from '../lab/station.js';

/** A card as the domain's XML names it. */
export interface DomainNic {
  readonly model: 'virtio' | 'e1000';
  readonly mac: string;
}

/** A guest that is silent by itself: none of its stations ever has an IP address. */
export interface SilentGuest {
  readonly name: string;
  readonly uuid: string;
  readonly nics: readonly DomainNic[];
  readonly memoryMib: number;
  /** Shell lines that make the stations of the cards it boots with. */
  readonly setUp: readonly string[];
  readonly stations: readonly Station[];
}

/** Kernel modules of both cards, in the order that makes the virtio card eth0. */
export const cardModules = ['virtio_pci', 'virtio_net', 'e1000'];

const vlans = [10, 20];
const macvlans = 4;
/** Stations of a card that QEMU announces by itself: its own MAC, untagged. */
export const announcedByQemu = 1;
export const stationsPerCard = 1 + macvlans + vlans.length;

/** A virtio card and an e1000, each with four macvlans and two VLANs. */
export function silentGuest(models: readonly DomainNic['model'][] = ['virtio', 'e1000']): SilentGuest {
  const nics = models.map((model, card) => ({ model, mac: `52:54:00:00:00:0${card + 1}` }));
  const each = nics.map(({ mac }, card) => setUpOf(card, mac));
  return {
    name: 'lab-guest',
    uuid: '7b1f4f0e-4f6e-4a55-9c4f-0a5f4c6d8ea1',
    nics,
    memoryMib: 128,
    setUp: ['modprobe macvlan', 'modprobe 8021q', ...each.flatMap(({ lines }) => lines)],
    stations: each.flatMap(({ stations }) => stations),
  };
}

/** What is done in the guest at its `card`-th card, and the stations that this makes. */
export function setUpOf(card: number, mac: string): { lines: string[]; stations: Station[] } {
  const eth = `eth${card}`;
  const lines = [`ip link set ${eth} up`];
  const stations: Station[] = [];
  const station = (device: string, at: string, vlan?: number): void => {
    const flow = card * stationsPerCard + stations.length;
    const address = Ipv4Address.of(`10.9.${flow + 1}.2`);
    const tag = vlan === undefined ? {} : { vlan: VlanId.of(vlan) };
    const peerAddress = Ipv4Address.of(`10.9.${flow + 1}.1`);
    stations.push({ flow, name: device, mac: MacAddress.of(at), ...tag, address, peerAddress, device });
  };
  station(eth, mac);
  for (let number = 1; number <= macvlans; number++) {
    const own = `52:54:00:aa:0${card}:0${number}`;
    const device = `mv${card}-${number}`;
    lines.push(`ip link add link ${eth} name ${device} address ${own} type macvlan mode bridge`);
    lines.push(`ip link set ${device} up`);
    station(device, own);
  }
  for (const id of vlans) {
    const device = `v${card}-${id}`;
    lines.push(`ip link add link ${eth} name ${device} type vlan id ${id}`, `ip link set ${device} up`);
    station(device, mac, id);
  }
  return { lines, stations };
}

/** Makes the guest speak once on each station: it asks whether anybody has an address, in the name of none. */
export function askOnce(stations: readonly Station[]): string {
  const lines = stations.map(({ device, address }) => `arping -D -c 1 -w 1 -I ${device} ${address}`);
  return `for each in 1; do ${lines.map((line) => `${line} >/dev/null &`).join(' ')} done; wait`;
}
