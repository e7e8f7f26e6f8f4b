import type { DeviceInspector } from '@nic-herald/core';

/** A card, and what its guest has truly set on it: what a model must read. MACs are text, VLANs 1 to 4094. */
export interface NicValues {
  /** Makes the card anew: `fakeDevice` from registers, memory or a receive filter; `recordedDevice` from a real one. */
  readonly device: () => DeviceInspector;
  /** The own MAC that the model must read. Absent: it gives none, or the primary MAC. */
  readonly currentMac?: string;
  /** All other unicast MACs, in any order; none more may be given. */
  readonly unicast: readonly string[];
  /** All VLANs, in any order; `unknown` where the card takes all or cannot tell. */
  readonly vlans: readonly number[] | 'unknown';
  /** The stations that the card itself pairs (`FilterView.exact`); default none. `vlan` is absent for untagged. */
  readonly exact?: readonly { readonly mac: string; readonly vlan?: number }[];
  /** The reasons in `FilterView.incomplete`, in any order. Absent: they are not looked at. */
  readonly incomplete?: readonly string[];
}

/** Cards with what is true of them, by what they are: `eight macvlans`. */
export type ContractValues = Readonly<Record<string, NicValues>>;
