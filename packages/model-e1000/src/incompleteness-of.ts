import {
  type IncompletenessCase,
  incompletenessBy,
  RECEIVER_OFF,
  VLAN_FILTER_OFF,
} from '@nic-herald/core/internal';
import type { E1000State } from './e1000-state.js';

const CASES: readonly IncompletenessCase<E1000State>[] = [
  RECEIVER_OFF,
  [
    (state) => state.unicastPromiscuous,
    {
      reason: 'promiscuous',
      meaning:
        'the card takes every unicast frame, as for a bridge inside the guest or for more secondary MACs than ' +
        'it can list: those have to be learned from its traffic',
    },
  ],
  VLAN_FILTER_OFF,
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

/** Why a card's registers do not list all that its guest answers to; empty where they do. */
export const incompletenessOf = incompletenessBy(CASES);
