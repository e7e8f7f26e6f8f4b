import {
  type IncompletenessCase,
  incompletenessBy,
  RECEIVER_OFF,
  VLAN_FILTER_OFF,
} from '@nic-herald/core/internal';
import type { IgbState } from './igb-state.js';

const CASES: readonly IncompletenessCase<IgbState>[] = [
  RECEIVER_OFF,
  [
    (state) => state.unicastPromiscuous,
    {
      reason: 'promiscuous',
      meaning:
        'the guest wants every unicast frame, as for a bridge inside it or for more secondary MACs than the card ' +
        'can list: those that are not listed have to be learned from its traffic',
    },
  ],
  [
    (state) => state.outerTagged,
    {
      reason: 'vlan-outer-tagged',
      meaning:
        'the guest has the card expect an outer tag on every frame, and its table lists inner VLANs: those on the ' +
        'wire have to be learned from its traffic',
    },
  ],
  VLAN_FILTER_OFF,
  [
    (state) => state.vlans === 'too-many',
    {
      reason: 'vlan-table-full',
      meaning:
        'the card has more VLANs than anybody chose one by one (Linux enables all of them for a bridge on a card ' +
        'with virtual functions): those the guest really uses have to be learned from its traffic',
    },
  ],
];

/** Why a card's registers do not list all that its guest answers to; empty where they do. */
export const incompletenessOf = incompletenessBy(CASES);
