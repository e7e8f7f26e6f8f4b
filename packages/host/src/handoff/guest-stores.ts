import {
  type Clock,
  type Guest,
  type GuestKey,
  guestKeyOf,
  type HandoffClaim,
  type HandoffEntry,
  type HandoffNote,
  type Snapshot,
} from '@nic-herald/core';
import { askStores } from './ask-stores.js';
import { mergedEntries, type StoredEntries } from './merged-entries.js';
import { mergedNotes } from './merged-notes.js';
import type { StoreAccess } from './store-access.js';

/** The entries of a guest as they were read. */
export interface FetchedEntries {
  readonly entries: readonly HandoffEntry[];
  /** By `Clock.elapsed`. */
  readonly readAt: number;
}

/** How the entries are read. */
export interface FetchOptions {
  readonly signal?: AbortSignal;
  /**
   * Once a store has answered, the others are not waited for: what they say comes later, and who watches is told. In
   * their place counts what they said last.
   */
  readonly isUrgent?: boolean;
}

/** The hand-off stores that serve one guest. A guest without a key is in none. */
export class GuestStores {
  readonly key: GuestKey | undefined;
  private readonly claims = new Map<StoreAccess, Promise<HandoffClaim>>();
  /** What each store said last. */
  private readonly said = new Map<StoreAccess, StoredEntries>();
  private readonly watchers = new Set<{ readonly changed: () => void }>();

  constructor(
    private readonly guest: Guest,
    /** All stores of this host. */
    private readonly stores: readonly StoreAccess[],
    private readonly clock: Clock,
    private readonly failed: (store: StoreAccess, error: unknown) => void,
  ) {
    this.key = guestKeyOf(guest.identity);
  }

  /** The stores that may serve the guest: whether one does is found out when it is used. */
  get all(): readonly StoreAccess[] {
    return this.key === undefined ? [] : this.stores;
  }

  /** Reads all hosts' entries; absent where there is nothing to read from. Rejects where no store answers. */
  async fetch({ signal, isUrgent = false }: FetchOptions = {}): Promise<FetchedEntries | undefined> {
    const { all, clock, key } = this;
    if (key === undefined || all.length === 0) return undefined;
    const { answered, missing } = await askStores<StoreAccess, StoredEntries>(all, {
      ask: (store) => this.ask(store, key, signal),
      late: (store, value) => this.hearLate(store, value),
      failed: this.failed,
      ...(isUrgent ? { urgent: clock } : {}),
    });
    for (const { store, value } of answered) this.said.set(store, value);
    const before = missing.flatMap((store) => this.said.get(store) ?? []);
    const readAt = clock.elapsed();
    return { entries: mergedEntries([...answered.map(({ value }) => value), ...before], readAt), readAt };
  }

  /** Publishes to one store; false where it does not serve the guest. */
  async publish(store: StoreAccess, snapshot: Snapshot): Promise<boolean> {
    if ((await this.preferenceOf(store)) === undefined) return false;
    await store.publish(snapshot);
    return true;
  }

  /**
   * Removes the entry that `host`, this host, has in each store, but for those where `isOurs` denies what was read from
   * it last. Rejects where one fails or was never read, when all were tried.
   */
  async remove(host: string, isOurs: (snapshot: Snapshot) => boolean, signal: AbortSignal): Promise<void> {
    const { key } = this;
    if (key === undefined) return;
    const done = await Promise.allSettled(
      this.all.map(async (store) => {
        if ((await this.preferenceOf(store)) === undefined) return;
        const said = this.said.get(store) ?? (await this.ask(store, key, signal));
        const own = snapshotsOf(said?.entries ?? [], host);
        if (own.every(isOurs)) await store.remove(key, host, signal);
      }),
    );
    for (const each of done) if (each.status === 'rejected') throw each.reason;
  }

  /** Leaves a note in each store that has room for notes: false where none has, rejects where none takes it. */
  async putNote(note: HandoffNote, signal: AbortSignal): Promise<boolean> {
    const { key } = this;
    if (key === undefined) return false;
    const { answered } = await askStores<StoreAccess, true>(this.noted, {
      ask: async (store) => {
        if ((await this.preferenceOf(store)) === undefined) return undefined;
        await store.putNote(key, note, signal);
        return true;
      },
      failed: this.failed,
      urgent: this.clock,
    });
    return answered.length > 0;
  }

  /** The notes of all hosts; absent where no store has room for notes. Rejects where none can be read. */
  async notes(signal: AbortSignal): Promise<readonly HandoffNote[] | undefined> {
    const { key } = this;
    if (key === undefined) return undefined;
    const { answered } = await askStores<StoreAccess, readonly unknown[]>(this.noted, {
      ask: async (store) =>
        (await this.preferenceOf(store)) === undefined ? undefined : store.notes(key, signal),
      failed: this.failed,
      urgent: this.clock,
    });
    return answered.length === 0 ? undefined : mergedNotes(answered.flatMap(({ value }) => value));
  }

  private get noted(): readonly StoreAccess[] {
    return this.all.filter(({ hasNotes }) => hasNotes);
  }

  /** Calls `changed` after any change, and when a store can be reached again. Returns the way to stop. */
  watch(changed: () => void): () => void {
    const { key } = this;
    if (key === undefined) return () => {};
    const watcher = { changed };
    this.watchers.add(watcher);
    const unwatches = this.all.map((store) => store.watch(key, changed));
    return () => {
      this.watchers.delete(watcher);
      for (const unwatch of unwatches) unwatch();
    };
  }

  /** Calls `connected` when a store can be reached again. Returns the way to stop. */
  onConnected(connected: () => void): () => void {
    const unhears = this.all.map((store) => store.onConnected(connected));
    return () => {
      for (const unhear of unhears) unhear();
    };
  }

  private async ask(
    store: StoreAccess,
    key: GuestKey,
    signal: AbortSignal | undefined,
  ): Promise<StoredEntries | undefined> {
    const preference = await this.preferenceOf(store);
    if (preference === undefined) return undefined;
    const entries = await store.fetch(key, signal);
    return { store: store.name, preference, entries, readAt: this.clock.elapsed() };
  }

  /** Absent where the store does not serve the guest. */
  private async preferenceOf(store: StoreAccess): Promise<number | undefined> {
    let claim = this.claims.get(store);
    if (claim === undefined) {
      claim = store.claim(this.guest);
      this.claims.set(store, claim);
      claim.catch(() => this.claims.delete(store)); // it is asked again when it is needed
    }
    const claimed = await claim;
    return 'preference' in claimed ? claimed.preference : undefined;
  }

  private hearLate(store: StoreAccess, value: StoredEntries): void {
    const isNews = contentOfEntries(this.said.get(store)?.entries) !== contentOfEntries(value.entries);
    this.said.set(store, value);
    if (isNews) for (const { changed } of this.watchers) changed();
  }
}

/** The snapshots among entries, those of one host alone where one is given. */
export const snapshotsOf = (entries: readonly HandoffEntry[], host?: string): readonly Snapshot[] =>
  entries.flatMap((entry) =>
    'snapshot' in entry && (host === undefined || entry.snapshot.host === host) ? [entry.snapshot] : [],
  );

/** What entries say, but for how old they are. */
export const contentOfEntries = (entries: readonly HandoffEntry[] = []): string =>
  JSON.stringify(
    entries.map((entry) => ('snapshot' in entry ? entry.snapshot : [entry.host, entry.problem.code])),
  );
