import { Ipv4Address, MacAddress, VlanId } from '@nic-herald/wire';
import type { GuestRecipe } from '../lab/guest-recipe.js';
import type { Station } from '../lab/station.js';
import type { SilentGuest } from './silent-guest.js';

const macvlans = 56;
const vlans = 7;

/** One virtio card with 64 stations, as many as its table takes with the guest's multicast MACs beside them. */
export function guestOf64Stations(): SilentGuest {
  const mac = '52:54:00:00:00:01';
  const setUp = ['modprobe macvlan', 'modprobe 8021q', 'ip link set eth0 up'];
  const stations: Station[] = [];
  const station = (device: string, at: string, vlan?: number): void => {
    const flow = stations.length;
    const [address, peerAddress] = [2, 1].map((end) => Ipv4Address.of(`10.9.${flow + 1}.${end}`));
    const tag = vlan === undefined ? {} : { vlan: VlanId.of(vlan) };
    const ends = { address: address as Ipv4Address, peerAddress: peerAddress as Ipv4Address };
    stations.push({ flow, name: device, mac: MacAddress.of(at), ...tag, ...ends, device });
  };
  station('eth0', mac);
  for (let number = 1; number <= macvlans; number++) {
    const own = `52:54:00:aa:00:${number.toString(16).padStart(2, '0')}`;
    setUp.push(`ip link add link eth0 name mv${number} address ${own} type macvlan mode bridge`);
    setUp.push(`ip link set mv${number} up`);
    station(`mv${number}`, own);
  }
  for (let id = 10; id < 10 + vlans; id++) {
    setUp.push(`ip link add link eth0 name v${id} type vlan id ${id}`, `ip link set v${id} up`);
    station(`v${id}`, mac, id);
  }
  const uuid = '7b1f4f0e-4f6e-4a55-9c4f-0a5f4c6d8e64';
  return { name: 'lab-64', uuid, nics: [{ model: 'virtio', mac }], memoryMib: 128, setUp, stations };
}

/** The same guest for a QEMU that the lab starts itself. */
export function asRecipe({ name, uuid, nics, memoryMib, setUp, stations }: SilentGuest): GuestRecipe {
  const cards = nics.map(({ mac }, index) => ({
    ...{ id: `net${index}`, device: 'virtio-net-pci', mac, tap: `tap${index}` },
    drivers: ['virtio_pci', 'virtio_net'],
  }));
  return { guest: { name, uuid, nics: cards, memoryMib }, setUp, stations };
}
