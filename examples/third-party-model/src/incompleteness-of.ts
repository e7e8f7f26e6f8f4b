import type { Incompleteness } from '@nic-herald/core';
import type { Rtl8139State } from './rtl8139-state.js';

const VLAN_UNFILTERED: Incompleteness = {
  reason: 'vlan-unfiltered',
  meaning:
    'the card has no VLAN filter and takes frames of every VLAN: those the guest really uses have to be learned ' +
    'from its traffic',
};

const PROMISCUOUS: Incompleteness = {
  reason: 'promiscuous',
  meaning:
    'the card takes every unicast frame, as for any secondary MAC: it can list its own MAC alone, so the others ' +
    'have to be learned from its traffic',
};

const RECEIVER_OFF: Incompleteness = {
  reason: 'receiver-off',
  meaning:
    'the guest lets the card take no unicast frame: its MAC is what was set before, or what it starts with',
};

/** Why the card's registers do not list all that its guest answers to. Never empty: it knows no VLANs. */
export const incompletenessOf = (state: Rtl8139State): readonly Incompleteness[] => {
  if (state.unicastPromiscuous) return [PROMISCUOUS, VLAN_UNFILTERED];
  return state.takesOwnMac ? [VLAN_UNFILTERED] : [RECEIVER_OFF, VLAN_UNFILTERED];
};
