import type { SeenElsewhere } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';
import type { MacsOfOthers } from '../handoff/other-guests.js';
import type { NicEvidence } from '../plan/nic-evidence.js';

/** What is known of everybody else, seen from one guest. */
export interface OthersView {
  /** Primary MACs of the other guests, as far as they were asked about; given this one's. */
  ownedByOthers(own: readonly MacAddress[]): MacsOfOthers;
  /** Whether the hand-off was asked here who owns a MAC, and answered. */
  isOwnerKnown(mac: MacAddress): boolean;
  /** What of the guest's claims is another's by what was seen, by NIC. */
  elsewhere(evidence: readonly NicEvidence[]): ReadonlyMap<string, readonly SeenElsewhere[]>;
}

/** A guest that is alone. */
export const NO_OTHERS: OthersView = {
  ownedByOthers: () => new Set(),
  isOwnerKnown: () => false,
  elsewhere: () => new Map(),
};
