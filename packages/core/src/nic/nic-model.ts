import { type MultiToken, multiToken } from '../di/injection.js';
import type { DeviceInspector } from './device-inspector.js';
import type { FilterView } from './filter-view.js';
import type { NicDescriptor } from './nic-descriptor.js';
import type { NicLimits } from './nic-limits.js';
import type { StateSchema } from './state-schema.js';

/** How a model learns that a card's filter changed: the hypervisor tells, or it must be read now and then. */
export type FilterChanges = 'event' | { readonly pollMs: number };

/** The three sights of one card from which `restore` makes what is handed on. */
export interface RestorableStates<S> {
  /** Captured just now. */
  readonly live: S;
  /** The first capture after the migration, or after this agent started. */
  readonly loaded: S;
  /** What the newest snapshot said before that. */
  readonly carried: S;
}

/**
 * A kind of card. What a third party implements: where its state is, what it can hold, and what it says.
 * `S` is private to the model; it travels as JSON and comes back through `state`. All members but `capture`
 * are pure and quick; none is ever on the hot path.
 */
export interface NicModel<S = unknown> {
  /** Unique on a host: `virtio-net`. It names the state in snapshots, so it never changes. */
  readonly name: string;
  readonly limits: NicLimits;
  readonly state: StateSchema<S>;
  readonly changes: FilterChanges;
  /** True for the devices this model knows, by `nic.type`. Two models that match one NIC are an error. */
  matches(nic: NicDescriptor): boolean;
  /**
   * Reads the live card. Rejects with HERALD_NIC_NOT_ENABLED where the guest has not set it up: it then answers
   * to its primary MAC alone. Any other rejection says nothing of the card: what was known of it stays until the
   * next capture. Never called while the guest waits for an incoming migration.
   */
  capture(device: DeviceInspector, options: { readonly signal: AbortSignal }): Promise<S>;
  /** Reads a state, captured here or handed over, in the words that all models share. */
  filter(state: S): FilterView;
  /**
   * Puts back what a migration lost: a hypervisor may drop part of a card's state on load (QEMU before 8.2
   * empties virtio-net's VLAN table). Gives `live` with that part taken from `carried`, as long as the guest
   * has not itself changed that part since `loaded`. Absent: nothing is ever lost on this card.
   */
  restore?(states: RestorableStates<S>): S;
}

/**
 * The NIC models of a host. Any number; each NIC is given the one that matches, else the primary-MAC
 * fallback. Two models of one name are an error that names both plugins.
 */
export const NIC_MODEL: MultiToken<NicModel> = multiToken<NicModel>('core/nic-model');
