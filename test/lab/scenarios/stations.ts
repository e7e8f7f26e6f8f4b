import { GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import { stationCase } from '../station-case.js';

/** What a guest's card can name: every one of these stations must be back. */
export const stationScenarios: readonly LabCase[] = [
  stationCase({
    name: 'virtio-8-macvlans',
    summary: 'eight secondary MACs in the card, guest announce off',
    recipe: new GuestBuilder().card('virtio').macvlans(8).build('virtio-8-macvlans'),
    darkWithQemuAlone: 8,
  }),
  stationCase({
    name: 'virtio-4-vlans',
    summary: 'the primary MAC on four VLANs, guest announce off',
    recipe: new GuestBuilder().card('virtio').vlans(10, 20, 300, 4000).build('virtio-4-vlans'),
    darkWithQemuAlone: 4,
    filtersVlans: true,
  }),
  stationCase({
    name: 'virtio-macvlan-over-vlan',
    summary: 'three VLANs with a MAC of its own on each: seen there, it is announced there and nowhere else',
    recipe: new GuestBuilder().card('virtio').macvlansOverVlans(11, 22, 33).build('virtio-macvlan-over-vlan'),
    darkWithQemuAlone: 3,
    filtersVlans: true,
    exactPairs: true,
  }),
  stationCase({
    name: 'virtio-8-macvlans-guest-announce',
    summary: 'the guest announces by itself: nic-herald must be earlier',
    recipe: new GuestBuilder()
      .card('virtio-announcing')
      .macvlans(8)
      .build('virtio-8-macvlans-guest-announce'),
    darkWithQemuAlone: 0,
    mustBeEarlier: true,
  }),
  stationCase({
    name: 'virtio-changed-mac',
    summary: 'the guest gave its card another MAC: QEMU announces the configured one',
    recipe: new GuestBuilder().card('virtio').changedMac('52:54:00:cc:00:01').build('virtio-changed-mac'),
    darkWithQemuAlone: 1,
  }),
  stationCase({
    name: 'e1000-8-macvlans',
    summary: 'eight secondary MACs in the receive address registers',
    recipe: new GuestBuilder().card('e1000').macvlans(8).build('e1000-8-macvlans'),
    darkWithQemuAlone: 8,
    mustReply: true,
  }),
  stationCase({
    name: 'e1000-4-vlans',
    summary: 'four VLANs in the filter table; the guest answers on each',
    recipe: new GuestBuilder().card('e1000').vlans(10, 20, 300, 4000).build('e1000-4-vlans'),
    darkWithQemuAlone: 4,
    mustReply: true,
  }),
  stationCase({
    name: 'e1000-changed-mac',
    summary: 'the guest gave its card another MAC: QEMU announces the configured one',
    recipe: new GuestBuilder().card('e1000').changedMac('52:54:00:cc:00:01').build('e1000-changed-mac'),
    darkWithQemuAlone: 1,
    mustReply: true,
  }),
  stationCase({
    name: 'e1000e-8-macvlans',
    summary: 'eight secondary MACs on an e1000e',
    recipe: new GuestBuilder().card('e1000e').macvlans(8).build('e1000e-8-macvlans'),
    darkWithQemuAlone: 8,
    mustReply: true,
  }),
  stationCase({
    name: 'igb-8-macvlans',
    summary: 'eight secondary MACs on an igb (QEMU 8.0 and later)',
    recipe: new GuestBuilder().card('igb').macvlans(8).build('igb-8-macvlans'),
    darkWithQemuAlone: 8,
    mustReply: true,
    model: 'igb',
  }),
  stationCase({
    name: 'igb-4-vlans',
    summary: 'four VLANs on an igb (QEMU 8.0 and later)',
    recipe: new GuestBuilder().card('igb').vlans(10, 20, 300, 4000).build('igb-4-vlans'),
    darkWithQemuAlone: 4,
    mustReply: true,
    model: 'igb',
  }),
];
