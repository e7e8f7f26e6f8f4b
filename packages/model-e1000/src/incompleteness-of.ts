import type { Incompleteness } from '@nic-herald/core';
import type { E1000State } from './e1000-state.js';

/** Why a card's registers do not list all that its guest answers to; empty where they do. */
export const incompletenessOf = (state: E1000State): readonly Incompleteness[] =>
  CASES.filter(([holds]) => holds(state)).map(([, incompleteness]) => incompleteness);

const CASES: readonly (readonly [(state: E1000State) => boolean, Incompleteness])[] = [
  [
    (state) => !state.receiverOn,
    {
      reason: 'receiver-off',
      meaning:
        "the guest has the card's receiver switched off: what the registers list is what was set before, or " +
        'what the card starts with',
    },
  ],
  [
    (state) => state.unicastPromiscuous,
    {
      reason: 'promiscuous',
      meaning:
        'the card takes every unicast frame, as for a bridge inside the guest or for more secondary MACs than ' +
        'it can list: those have to be learned from its traffic',
    },
  ],
  [
    (state) => !state.vlanFilterOn,
    {
      reason: 'vlan-filter-off',
      meaning:
        'the card takes frames of every VLAN: the VLANs it lists are announced, others the guest may use have ' +
        'to be learned from its traffic',
    },
  ],
  [
    (state) => state.vlans === 'too-many',
    {
      reason: 'vlan-table-full',
      meaning:
        'the card has more VLANs than anybody chose one by one: those the guest really uses have to be learned ' +
        'from its traffic',
    },
  ],
];
