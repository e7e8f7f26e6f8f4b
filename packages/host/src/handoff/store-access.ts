import {
  type Clock,
  type Guest,
  type GuestKey,
  type HandoffClaim,
  type HandoffEntry,
  type HandoffNote,
  type HandoffStore,
  HeraldError,
  isHeraldError,
  LEAST_ENTRY_BYTES,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import { USUAL_PREFERENCE } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';
import { withDeadline } from '../announce/deadline.js';
import { soundClaim, soundEntries, soundHeads, soundNotes } from './sound-answers.js';

/** How long a store may take to answer, ms. */
export const HANDOFF_DEADLINE_MS = 5000;

const MAX_STORE_NAME = 64;

/**
 * One store of this host as the host calls it: every call has a deadline, what comes back is checked, and what should
 * not throw does not. Throws HERALD_HANDOFF_STORE where what the store says of itself is out of all bounds.
 */
export class StoreAccess {
  readonly name: string;
  readonly maxEntryBytes: number;
  private hangs = false;

  constructor(
    private readonly store: HandoffStore,
    private readonly clock: Clock,
  ) {
    const { name, maxEntryBytes } = store;
    if (typeof name !== 'string' || name === '' || name.length > MAX_STORE_NAME) {
      throw nonsense(String(name).slice(0, MAX_STORE_NAME), `its name has 1 to ${MAX_STORE_NAME} characters`);
    }
    if (!Number.isSafeInteger(maxEntryBytes) || maxEntryBytes < LEAST_ENTRY_BYTES) {
      throw nonsense(name, `maxEntryBytes is a whole number from ${LEAST_ENTRY_BYTES}, got ${maxEntryBytes}`);
    }
    this.name = name;
    this.maxEntryBytes = maxEntryBytes;
  }

  /** Whether it did not answer in time when it was called last. */
  get isHanging(): boolean {
    return this.hangs;
  }

  /** Whether it serves the guest. Rejects where it cannot tell now. */
  async claim(guest: Guest): Promise<HandoffClaim> {
    if (this.store.claim === undefined) return { preference: USUAL_PREFERENCE };
    const claim = await this.within('asking', undefined, (inner) =>
      this.store.claim?.(guest, { signal: inner }),
    );
    return (
      soundClaim(claim) ?? Promise.reject(nonsense(this.name, '`claim` gives a preference or a refusal'))
    );
  }

  publish(snapshot: Snapshot, signal?: AbortSignal): Promise<void> {
    return this.within('publishing to', signal, (inner) => this.store.publish(snapshot, { signal: inner }));
  }

  async fetch(guest: GuestKey, signal?: AbortSignal): Promise<readonly HandoffEntry[]> {
    const entries = await this.within('reading', signal, (inner) =>
      this.store.fetch(guest, { signal: inner }),
    );
    return (
      soundEntries(entries, guest) ?? Promise.reject(nonsense(this.name, '`fetch` gives a list of entries'))
    );
  }

  async ownersOf(macs: readonly MacAddress[], signal?: AbortSignal): Promise<readonly SnapshotHead[]> {
    const heads = await this.within('asking', signal, (inner) =>
      this.store.ownersOf(macs, { signal: inner }),
    );
    return soundHeads(heads) ?? Promise.reject(nonsense(this.name, '`ownersOf` gives a list of heads'));
  }

  async ofHost(host: string, signal?: AbortSignal): Promise<readonly SnapshotHead[]> {
    const heads = await this.within('asking', signal, (inner) => this.store.ofHost(host, { signal: inner }));
    return soundHeads(heads) ?? Promise.reject(nonsense(this.name, '`ofHost` gives a list of heads'));
  }

  remove(guest: GuestKey, host: string, signal?: AbortSignal): Promise<void> {
    return this.within('tidying', signal, (inner) => this.store.remove(guest, host, { signal: inner }));
  }

  /** Whether it has room for notes. */
  get hasNotes(): boolean {
    return this.store.notes !== undefined;
  }

  putNote(guest: GuestKey, note: HandoffNote, signal?: AbortSignal): Promise<void> {
    return this.within('leaving a note in', signal, (inner) =>
      this.store.notes?.put(guest, note, { signal: inner }),
    );
  }

  /** What is in there is checked by who merges it. */
  async notes(guest: GuestKey, signal?: AbortSignal): Promise<readonly unknown[]> {
    const notes: unknown = await this.within('reading the notes of', signal, (inner) =>
      this.store.notes?.read(guest, { signal: inner }),
    );
    return soundNotes(notes) ?? Promise.reject(nonsense(this.name, '`notes.read` gives a list'));
  }

  /** Calls `changed` after a change, and when the store can be reached again. Returns the way to stop. */
  watch(guest: GuestKey, changed: () => void): () => void {
    const unwatch = listening(() => this.store.watch(guest, changed));
    const unhear = this.onConnected(changed);
    return () => {
      unwatch();
      unhear();
    };
  }

  /** Calls `connected` when the store can be reached again, as far as it tells. Returns the way to stop. */
  onConnected(connected: () => void): () => void {
    return listening(() => this.store.onConnected?.(connected));
  }

  private async within<T>(
    doing: string,
    signal: AbortSignal | undefined,
    call: (signal: AbortSignal) => Promise<T> | undefined,
  ): Promise<T | undefined> {
    const what = `${doing} the hand-off store ${this.name}`;
    try {
      const value = await withDeadline(
        this.clock,
        HANDOFF_DEADLINE_MS,
        what,
        async (inner) => call(inner),
        signal,
      );
      this.hangs = false;
      return value;
    } catch (error) {
      const isCancelled = isHeraldError(error) && error.code === 'HERALD_CANCELLED';
      if (!isCancelled) this.hangs = isHeraldError(error) && error.code === 'HERALD_TIMEOUT';
      throw error;
    }
  }
}

/** What a store that breaks its contract here is worth: it does not tell, and is asked when it is needed. */
const listening = (listen: () => (() => void) | undefined): (() => void) => {
  let stop: (() => void) | undefined;
  try {
    stop = listen();
  } catch {
    // it does not tell
  }
  return () => {
    try {
      stop?.();
    } catch {
      // what it tells from now on is not listened to
    }
  };
};

const nonsense = (name: string, wanted: string): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_STORE',
    `the hand-off store ${name} breaks its contract: ${wanted}. Mend the plugin that brings it, or leave it out`,
    { details: { store: name } },
  );
