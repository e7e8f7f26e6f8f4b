import type { MacAddress, VlanId } from '@nic-herald/wire';
import type { Station } from '../announce/station.js';

/** One reason why a filter does not list all that its guest answers to. */
export interface Incompleteness {
  /** A short name: `promiscuous`, `unicast-overflow`, `vlan-table-lost`. */
  readonly reason: string;
  /** What it means for this NIC, in a sentence for the operator. */
  readonly meaning: string;
}

/** A model's private state read in the words that every model shares. */
export interface FilterView {
  /** The MAC the card answers to as its own now, where the guest may have changed it. Absent: the primary MAC. */
  readonly currentMac?: MacAddress;
  /** Secondary unicast MACs the card accepts. */
  readonly unicast: readonly MacAddress[];
  /** Multicast MACs the card accepts. Never announced; they tell what the guest listens to. */
  readonly multicast: readonly MacAddress[];
  /** VLANs the card accepts, without 0; `unknown` where it accepts all or cannot tell. */
  readonly vlans: readonly VlanId[] | 'unknown';
  /** Stations the card itself pairs (MAC, VLAN), where it knows pairs. */
  readonly exact?: readonly Station[];
  /** Empty where the lists are all there is. */
  readonly incomplete: readonly Incompleteness[];
}
