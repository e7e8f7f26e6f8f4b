import type { MacAddress } from '@nic-herald/wire';
import { type MultiToken, multiToken } from '../di/injection.js';
import type { Guest } from '../guest/guest.js';
import type { GuestKey } from '../guest/guest-identity.js';
import type { HeraldError } from '../herald-error.js';
import type { HandoffNotes } from './handoff-note.js';
import type { HandoffOptions } from './handoff-options.js';
import type { Snapshot, SnapshotHead } from './snapshot.js';

/** Most MACs in one question to a store. */
export const MAX_MACS_PER_QUESTION = 4096;
/** A store takes entries of so many bytes at least: the primary MACs and cards of any guest fit. */
export const LEAST_ENTRY_BYTES = 4096;
/** The preference of a store that makes no claims. */
export const USUAL_PREFERENCE = 50;

/**
 * Whether a store serves a guest.
 * - `preference`: it does, 0 to 100; of two entries that are equally new, that of the preferred store counts
 * - `refusal`: it does not, and why, for people; it stands as long as the guest is in its process
 */
export type HandoffClaim = { readonly preference: number } | { readonly refusal: string };

/** One host's entry for a guest: its snapshot, or why it cannot be read. One bad entry never hides the others. */
export type HandoffEntry =
  | {
      readonly host: string;
      readonly snapshot: Snapshot;
      /**
       * How long ago it was stored, ms, 0 and up, by the store's own clock: the host that wrote it may be long gone,
       * and the ages in it are of that time. Absent where the store has no clock; `writtenAt` then tells alone.
       */
      readonly ageMs?: number;
    }
  | { readonly host: string; readonly problem: HeraldError };

/**
 * A store through which snapshots travel: one entry per (guest, host), written by that host alone. A store that lies
 * with the guest itself may keep only the entry of the host that wrote last, which has the guest. What is read was
 * written by others and is checked with `parseSnapshot`. A host may have several: it writes a guest's snapshots to each
 * that serves the guest, reads from all of them, and believes the newest. Each has a deadline for each call, and one
 * that fails or hangs holds up no other.
 *
 * Every method that gives a promise rejects with a HeraldError where the store cannot be reached. `start` may resolve
 * before it can: until then the methods reject, and `onConnected` tells when they no longer do.
 */
export interface HandoffStore {
  /** Unique on a host, 1 to 64 characters: `directory`. It stands in messages. */
  readonly name: string;
  /**
   * Most bytes that a snapshot may have as JSON in UTF-8, `LEAST_ENTRY_BYTES` and up. The host leaves learned stations
   * out of what it publishes until it fits.
   */
  readonly maxEntryBytes: number;
  /**
   * How long a write is enough while the guest stays where it is, ms, 0 to 60 000: what changes is written so long after the
   * last write at the earliest. A migration waits for nothing. Absent: 0.
   */
  readonly restMs?: number;
  /**
   * Says whether the store serves this guest. Asked before the first call about it; where it rejects, it is asked again
   * at the next. Absent: it serves every guest, with `USUAL_PREFERENCE`.
   */
  claim?(guest: Guest, options: HandoffOptions): Promise<HandoffClaim>;
  /** Replaces this host's entry for the snapshot's guest, as a whole: a reader sees the old or the new. */
  publish(snapshot: Snapshot, options: HandoffOptions): Promise<void>;
  /** All hosts' entries for a guest; empty where there are none. The host uses 4096 at most. */
  fetch(guest: GuestKey, options: HandoffOptions): Promise<readonly HandoffEntry[]>;
  /**
   * The heads of the readable entries that name one of these MACs as a primary MAC, of any guest and host; more is
   * allowed, of which the host uses 65 536. At most `MAX_MACS_PER_QUESTION` MACs are asked for at a time.
   */
  ownersOf(macs: readonly MacAddress[], options: HandoffOptions): Promise<readonly SnapshotHead[]>;
  /** The heads of the readable entries that a host of this name wrote. */
  ofHost(host: string, options: HandoffOptions): Promise<readonly SnapshotHead[]>;
  /**
   * Calls `changed` some time after an entry or a note of the guest was written or removed by any host; it may be
   * called without need. Returns the way to stop. Never throws: a store that cannot watch calls never.
   */
  watch(guest: GuestKey, changed: () => void): () => void;
  /**
   * Removes the entry of a guest that `host`, this host, wrote, and with the last entry of a guest its notes. Removing
   * what is not there is no error.
   */
  remove(guest: GuestKey, host: string, options: HandoffOptions): Promise<void>;
  /** Small notes beside the entries. Absent: the store has no room for them. */
  readonly notes?: HandoffNotes;
  /**
   * Calls `connected` each time the store can be reached after it could not be, also for the first time. Returns the
   * way to stop. Never throws. Absent: the store cannot tell, and what failed is tried again after a while.
   */
  onConnected?(connected: () => void): () => void;
}

/** The stores of a host, in any number; each may have `start` and `close`, see `HostService`. */
export const HANDOFF_STORE: MultiToken<HandoffStore> = multiToken<HandoffStore>('core/handoff-store');
