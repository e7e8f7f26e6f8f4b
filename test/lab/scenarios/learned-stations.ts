import { GuestBuilder } from '../guest-recipe.js';
import type { LabCase } from '../lab-case.js';
import { stationCase } from '../station-case.js';

const nestedMacs = [1, 2, 3, 4].map((number) => `52:54:00:bb:00:0${number}`);

/** What no card can name, seen in the guest's own frames on the source: every one of these stations must be back. */
export const learnedScenarios: readonly LabCase[] = [
  stationCase({
    name: 'virtio-4-nested-guest-announce',
    summary: "four MACs behind the guest's own bridge; the guest announces by itself, but not for them",
    recipe: new GuestBuilder()
      .card('virtio-announcing')
      .nested(...nestedMacs)
      .build('virtio-4-nested-guest-announce'),
    darkWithQemuAlone: 4,
    mustReply: true,
  }),
  stationCase({
    name: 'e1000-4-nested',
    summary: "four MACs behind the guest's own bridge",
    recipe: new GuestBuilder()
      .card('e1000')
      .nested(...nestedMacs)
      .build('e1000-4-nested'),
    darkWithQemuAlone: 4,
    mustReply: true,
  }),
  stationCase({
    name: 'virtio-nested-on-2-vlans',
    summary: 'a trunk with a bridge on each of two VLANs: each MAC back where it lives, and nowhere else',
    recipe: new GuestBuilder()
      .card('virtio')
      .nestedOnVlans({ 22: nestedMacs.slice(0, 2), 33: nestedMacs.slice(2) })
      .build('virtio-nested-on-2-vlans'),
    darkWithQemuAlone: 4,
    mustReply: true,
    exactPairs: true,
  }),
  stationCase({
    name: 'rtl8139-8-macvlans',
    summary: 'a card without a list of unicast MACs',
    recipe: new GuestBuilder().card('rtl8139').macvlans(8).build('rtl8139-8-macvlans'),
    darkWithQemuAlone: 8,
    mustReply: true,
  }),
  stationCase({
    name: 'vmxnet3-8-macvlans',
    summary: 'another card without a list of unicast MACs',
    recipe: new GuestBuilder().card('vmxnet3').macvlans(8).build('vmxnet3-8-macvlans'),
    darkWithQemuAlone: 8,
    mustReply: true,
  }),
  stationCase({
    name: 'virtio-70-macvlans',
    summary: 'more MACs than the card holds: its list is empty, guest announce off',
    recipe: new GuestBuilder().card('virtio').macvlans(70).build('virtio-70-macvlans'),
    darkWithQemuAlone: 70,
  }),
];
