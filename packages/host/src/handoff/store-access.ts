import {
  asHeraldError,
  type Clock,
  type Guest,
  type GuestKey,
  type HandoffClaim,
  type HandoffEntry,
  type HandoffNote,
  type HandoffStore,
  HeraldError,
  LEAST_ENTRY_BYTES,
  messageOf,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import { type PartHealth, USUAL_PREFERENCE } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';
import { withDeadline } from '../announce/deadline.js';
import { soundClaim, soundEntries, soundHeads, soundNotes } from './sound-answers.js';

/** How long a store may take to answer, ms. */
export const HANDOFF_DEADLINE_MS = 5000;

const MAX_STORE_NAME = 64;
const MAX_REST_MS = 60_000;

/** What a call does. */
type Access = 'read' | 'write';

/** Failures that say nothing of whether the store can be used: of one guest's entry, or because that was chosen. */
const NO_FAULT_OF_THE_STORE: ReadonlySet<string> = new Set([
  'HERALD_CANCELLED',
  'HERALD_HANDOFF_TOO_LARGE',
  'HERALD_SNAPSHOT_INVALID',
  'HERALD_HANDOFF_READ_ONLY',
] satisfies HeraldError['code'][]);

/**
 * One store of this host as the host calls it: every call has a deadline, what comes back is checked, and what should
 * not throw does not. Throws HERALD_HANDOFF_STORE where what the store says of itself is out of all bounds.
 */
export class StoreAccess {
  readonly name: string;
  readonly maxEntryBytes: number;
  /** How long what changes waits after a write, ms. */
  readonly restMs: number;
  private hangs = false;
  /** Why it could not be read or written when that was tried last. */
  private readonly problems = new Map<Access, HeraldError>();
  /** When a call was over last, by `Clock.elapsed`. */
  private calledAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly store: HandoffStore,
    private readonly clock: Clock,
  ) {
    const { name, maxEntryBytes, restMs = 0 } = store;
    if (typeof name !== 'string' || name === '' || name.length > MAX_STORE_NAME) {
      throw nonsense(String(name).slice(0, MAX_STORE_NAME), `its name has 1 to ${MAX_STORE_NAME} characters`);
    }
    if (!Number.isSafeInteger(maxEntryBytes) || maxEntryBytes < LEAST_ENTRY_BYTES) {
      throw nonsense(name, `maxEntryBytes is a whole number from ${LEAST_ENTRY_BYTES}, got ${maxEntryBytes}`);
    }
    if (!(restMs >= 0 && restMs <= MAX_REST_MS)) {
      throw nonsense(name, `restMs is a number from 0 to ${MAX_REST_MS}, got ${restMs}`);
    }
    this.name = name;
    this.restMs = restMs;
    this.maxEntryBytes = maxEntryBytes;
  }

  /** Whether it did not answer in time when it was called last. */
  get isHanging(): boolean {
    return this.hangs;
  }

  /** Whether it could be reached when it was called last, and how long ago that was, ms. */
  get health(): PartHealth & { readonly ageMs: number } {
    const { name } = this;
    const problem = this.problems.get('write') ?? this.problems.get('read');
    const ageMs = this.clock.elapsed() - this.calledAt;
    if (problem === undefined) return { name, ageMs, ready: true, message: 'it answers' };
    return { name, ageMs, ready: false, code: problem.code, message: problem.message };
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
    const call = (inner: AbortSignal): Promise<void> => this.store.publish(snapshot, { signal: inner });
    return this.within('publishing to', signal, call, 'write');
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
    const call = (inner: AbortSignal): Promise<void> => this.store.remove(guest, host, { signal: inner });
    return this.within('tidying', signal, call, 'write');
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
    access: Access = 'read',
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
      this.problems.delete(access);
      this.hangs = false;
      return value;
    } catch (error) {
      const problem = asHeraldError(error, 'HERALD_HANDOFF_FAILED', `${what} failed: ${messageOf(error)}`);
      if (problem.code !== 'HERALD_CANCELLED') this.hangs = problem.code === 'HERALD_TIMEOUT';
      if (!NO_FAULT_OF_THE_STORE.has(problem.code)) this.problems.set(access, problem);
      throw error;
    } finally {
      this.calledAt = this.clock.elapsed();
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
