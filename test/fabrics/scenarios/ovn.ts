import type { FabricCase } from '../fabric-case.js';
import { ovnCase } from '../ovn-case.js';

/** A guest in OVN with `activation-strategy=rarp`, whose QEMU announces nothing. */
export const ovnCases: readonly FabricCase[] = [
  ...(['overlay', 'provider'] as const).map((network) =>
    ovnCase({
      name: `ovn-rarp-${network}`,
      summary: `ten moves in OVN, ${network === 'overlay' ? 'in an overlay' : "in a VLAN of the provider's"}: the port opens at RESUME`,
      inCi: network === 'overlay',
      network,
      preset: 'ovn-rarp',
      moves: 10,
    }),
  ),
  ovnCase({
    name: 'ovn-port-security-mac',
    summary: "two moves where the port may send from the guest's own MAC alone: no other gets out",
    inCi: false,
    network: 'overlay',
    preset: 'ovn-rarp',
    security: 'mac',
    moves: 2,
  }),
  ovnCase({
    name: 'ovn-port-security-ip',
    summary:
      'the same with its address: a RARP opens the port and is dropped then, so ARP has to tell of the guest',
    inCi: false,
    network: 'provider',
    security: 'mac-and-ip',
    moves: 2,
  }),
  ovnCase({
    name: 'ovn-slb-refused',
    summary:
      'the same with preset ovs-slb, which would leave the port shut: refused, reported, and a RARP is sent',
    inCi: false,
    network: 'overlay',
    preset: 'ovs-slb',
    moves: 2,
  }),
];
