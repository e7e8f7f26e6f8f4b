import { Ipv4Address, Ipv6Address, VlanId } from '@nic-herald/wire';
import { type Card, GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import type { SwitchStarter } from '../lan-switch.js';
import { LinuxBridgeSwitch } from '../linux-bridge-switch.js';
import { multicastCase } from '../multicast-case.js';
import { multicastStream } from '../multicast-stream.js';
import { OpenVswitch } from '../open-vswitch.js';

const vlan = VlanId.of(10);
const streams = [
  multicastStream({
    flow: 1,
    group: Ipv4Address.of('239.1.1.1'),
    source: Ipv4Address.of('10.9.1.1'),
    device: 'eth0',
  }),
  multicastStream({
    flow: 2,
    group: Ipv6Address.of('ff15::1234'),
    source: Ipv6Address.of('fe80::fe'),
    device: 'eth0',
  }),
  multicastStream({
    flow: 3,
    group: Ipv4Address.of('239.2.2.2'),
    vlan,
    source: Ipv4Address.of('10.9.2.1'),
    device: `v${vlan}`,
  }),
];

const cards: Readonly<Record<string, Card>> = {
  e1000: 'e1000',
  vmxnet3: 'vmxnet3',
  // Its VLAN table would be lost in the migration, and with it every tagged frame.
  virtio: 'virtio-without-vlan-filter',
};

const switches: Readonly<Record<string, SwitchStarter>> = {
  ovs: (network, directory) =>
    OpenVswitch.start(network.switch, directory, network.switchPorts, { multicastSnooping: true }),
  bridge: (network) => LinuxBridgeSwitch.start(network.switch, network.switchPorts),
};

const switchNames: Readonly<Record<string, string>> = { ovs: 'Open vSwitch', bridge: 'a Linux bridge' };

/** Each card and each switch once is what `--ci` runs. */
const inCi: readonly string[] = ['multicast-e1000-ovs', 'multicast-virtio-bridge'];

/** Behind a switch that snoops, a group goes dark until the guest says again that it listens. */
export const multicastScenarios: readonly LabCase[] = Object.entries(cards).flatMap(([card, device]) =>
  Object.entries(switches).map(([switchName, start]) => {
    const name = `multicast-${card}-${switchName}`;
    const multicast = multicastCase({
      name,
      summary: `three groups, one of them on a VLAN, behind ${switchNames[switchName]} that snoops`,
      recipe: recipeOf(device, name),
      streams,
      switch: start,
    });
    return inCi.includes(name) ? multicast : { ...multicast, isVariant: true };
  }),
);

function recipeOf(card: Card, name: string): ReturnType<GuestBuilder['build']> {
  const recipe = new GuestBuilder().card(card).vlans(vlan).build(name);
  return { ...recipe, setUp: ['echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6', ...recipe.setUp] };
}
