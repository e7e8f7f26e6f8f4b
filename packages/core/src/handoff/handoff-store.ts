import { type Token, token } from '../di/injection.js';
import type { GuestKey } from '../guest/guest-identity.js';
import type { HeraldError } from '../herald-error.js';
import type { Snapshot, SnapshotHead } from './snapshot.js';

/** How a store's call may be ended early. */
export interface HandoffOptions {
  readonly signal: AbortSignal;
}

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
 * The store through which snapshots travel: one entry per (guest, host), written by that host alone. What is
 * read was written by others and is checked with `parseSnapshot`. Every method rejects with a HeraldError
 * where the store cannot be reached.
 */
export interface HandoffStore {
  /** Replaces this host's entry for the snapshot's guest, as a whole: a reader sees the old or the new. */
  publish(snapshot: Snapshot, options: HandoffOptions): Promise<void>;
  /** All hosts' entries for a guest; empty where there are none. */
  fetch(guest: GuestKey, options: HandoffOptions): Promise<readonly HandoffEntry[]>;
  /** The heads of every readable entry of every guest. */
  list(options: HandoffOptions): Promise<readonly SnapshotHead[]>;
  /**
   * Calls `changed` some time after an entry of the guest was written or removed by any host; it may be called
   * without need. Returns the way to stop. Never throws: a store that cannot watch calls never.
   */
  watch(guest: GuestKey, changed: () => void): () => void;
  /** Removes the entry of a guest that `host`, this host, wrote. Removing what is not there is no error. */
  remove(guest: GuestKey, host: string, options: HandoffOptions): Promise<void>;
}

/** The store of a host. One; may have `start` and `close`, see `HostService`. */
export const HANDOFF_STORE: Token<HandoffStore> = token<HandoffStore>('core/handoff-store');
