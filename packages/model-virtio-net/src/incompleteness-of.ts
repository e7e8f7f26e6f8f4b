import { type IncompletenessCase, incompletenessBy } from '@nic-herald/core/internal';
import { MAC_TABLE_ENTRIES, type VirtioNetState } from './virtio-net-state.js';

const CASES: readonly IncompletenessCase<VirtioNetState>[] = [
  [
    (state) => state.promiscuous,
    {
      reason: 'promiscuous',
      meaning:
        'the card takes every frame, as for a bridge inside the guest: MACs and VLANs behind it are in no table ' +
        'and have to be learned from its traffic',
    },
  ],
  [
    (state) => state.unicastOverflow,
    {
      reason: 'unicast-overflow',
      meaning:
        `the guest asked for more unicast MACs than the card's ${MAC_TABLE_ENTRIES} entries: the card takes all, ` +
        'lists none, and they have to be learned from its traffic',
    },
  ],
  [
    (state) => state.unicastMode === 'all',
    {
      reason: 'unicast-all',
      meaning:
        'the guest asked for every unicast MAC: those it really uses have to be learned from its traffic',
    },
  ],
  [
    (state) => state.unicastMode === 'none' && !state.promiscuous,
    {
      reason: 'unicast-none',
      meaning:
        'the guest told the card to take no unicast at all: its MAC table and its VLANs are not announced, only ' +
        'its own MAC and what it was seen to use',
    },
  ],
  [
    (state) => state.unfitEntries > 0,
    {
      reason: 'unfit-unicast-entries',
      meaning:
        'the unicast table holds group or zero addresses, which no station can have: they are left out',
    },
  ],
  [
    (state) => state.vlans === 'all',
    {
      reason: 'vlan-unfiltered',
      meaning:
        'the guest does not filter VLANs on this card and gets all of them: those it really uses have to be ' +
        'learned from its traffic',
    },
  ],
  [
    (state) => state.vlans === 'too-many' && state.vlanTableStuck !== true,
    {
      reason: 'vlan-table-full',
      meaning:
        'the card has more VLANs than anybody chose one by one (Windows enables all of them): those the guest ' +
        'really uses have to be learned from its traffic',
    },
  ],
  [
    (state) => state.vlans === 'too-many' && state.vlanTableStuck === true,
    {
      reason: 'vlan-table-full',
      meaning:
        'this QEMU, or one the guest was on before, has every VLAN of the card enabled, whatever the guest sets (a fault ' +
        'of QEMU 10.0.1 to 10.0.3): those the guest really uses have to be learned from its traffic. To have them listed: ' +
        'a later QEMU, where the guest sets up its card again',
    },
  ],
  [
    (state) => state.vlanTableLost === true,
    {
      reason: 'vlan-table-lost',
      meaning:
        'this QEMU, or one the guest was on before, dropped the VLAN table of the card in a migration (fixed in ' +
        'QEMU 8.2); the VLANs are known from the hand-off. Without vhost the card itself drops tagged frames ' +
        'until the guest sets its VLANs again. To avoid it: QEMU 8.2 or later, vhost=on, or ctrl_vlan=off',
    },
  ],
];

/** Why a card's tables do not list all that its guest answers to; empty where they do. */
export const incompletenessOf = incompletenessBy(CASES);
