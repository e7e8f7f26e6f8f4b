import { GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import type { LabRig } from '../lab-rig.js';
import { type HostName, inNamespace, ipBatch } from '../namespaces.js';
import { stationCase } from '../station-case.js';

const recipe = new GuestBuilder().card('virtio').macvlans(2).build('gateway-of-its-own-host');
const [primary, macvlan] = recipe.stations;
if (!primary || !macvlan) throw new RangeError('the guest has too few stations');
/** The guest's addresses through which each host leaves its network: by the card's own MAC, and by a macvlan's. */
const gateways = [primary, macvlan];
const hosts = ['A', 'B'] as const;

/**
 * A firewall guest is the gateway of both hosts, of the one that it runs on too: their neighbour tables have its MACs as
 * those of gateways, and B saw them at its uplink. They are the guest's all the same.
 */
export const gatewayOfItsOwnHost: LabCase = stationCase({
  name: 'gateway-of-its-own-host',
  summary:
    'a firewall guest that the hosts have as their gateway, by two of its MACs: they are still its own',
  recipe: { ...recipe, setUp: [...recipe.setUp, 'echo 1 > /proc/sys/net/ipv4/ip_forward'] },
  darkWithQemuAlone: 2,
  mayReturn: 1,
  settled: async (rig) => {
    await Promise.all(hosts.map((host, index) => routeByGuest(rig, host, 11 + index)));
    const unreachable = await unreachableGateways(rig);
    if (unreachable.length > 0) throw new RangeError(unreachable.join('; '));
  },
  arrived: unreachableGateways,
});

/** Gives a host an address in the subnet of each gateway, and default routes through both. */
async function routeByGuest(rig: LabRig, host: HostName, number: number): Promise<void> {
  await ipBatch(rig.network.hosts[host], [
    ...gateways.map(({ address }) => `addr add ${address.replace(/\d+$/, String(number))}/24 dev br0`),
    ...gateways.map(({ address }, index) => `route add default via ${address} metric ${100 + index}`),
  ]);
}

/** Gateways that do not answer a host, or not from the MAC that they have. */
async function unreachableGateways(rig: LabRig): Promise<string[]> {
  const each = hosts.flatMap((host) => gateways.map((gateway) => ({ host, ...gateway })));
  const faults = each.map(async ({ host, address, mac }) => {
    const namespace = rig.network.hosts[host];
    const lost = await inNamespace(namespace, ['busybox', 'ping', '-c', '2', '-W', '2', address]).then(
      () => undefined,
      () => `${host} does not reach its gateway ${address}`,
    );
    if (lost !== undefined) return [lost];
    const neighbour = await inNamespace(namespace, ['ip', 'neigh', 'show', address, 'dev', 'br0']);
    return neighbour.includes(mac)
      ? []
      : [`${host} has its gateway ${address} at ${neighbour.trim()}, not ${mac}`];
  });
  return (await Promise.all(faults)).flat();
}
