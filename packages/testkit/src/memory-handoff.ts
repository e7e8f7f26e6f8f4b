import {
  type GuestKey,
  type HandoffEntry,
  type HandoffNotes,
  type HandoffOptions,
  type HandoffStore,
  HeraldError,
  headOf,
  isHeraldError,
  messageOf,
  parseSnapshot,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { MemoryNotes } from './memory-notes.js';

interface Written {
  readonly text: string;
  /** Found once, for who asks over all guests; `undefined` where it cannot be read. */
  readonly head: SnapshotHead | undefined;
}

/** What a hand-off in memory is to be like. */
export interface MemoryHandoffOptions {
  /** @default `memory` */
  readonly name?: string;
  /** @default 16 777 216 */
  readonly maxEntryBytes?: number;
  /** Whether it can be reached from the start. @default true */
  readonly isConnected?: boolean;
  /** By which notes grow old, ms. @default `Date.now` */
  readonly now?: () => number;
}

/**
 * A hand-off in memory, for hosts of one process. What is read was written as JSON and is checked, as anywhere else.
 * It has no clock for its entries: how old one is only its `writtenAt` tells. While it is disconnected every call
 * rejects with HERALD_HANDOFF_DISCONNECTED.
 */
export class MemoryHandoff implements HandoffStore {
  readonly name: string;
  readonly maxEntryBytes: number;
  readonly notes: HandoffNotes;
  private readonly noted: MemoryNotes;
  private readonly written = new Map<GuestKey, Map<string, Written>>();
  private readonly watchers = new Set<{ readonly guest: GuestKey; readonly changed: () => void }>();
  private readonly listeners = new Set<{ readonly connected: () => void }>();
  private isConnected: boolean;

  constructor(options: MemoryHandoffOptions = {}) {
    this.name = options.name ?? 'memory';
    this.maxEntryBytes = options.maxEntryBytes ?? 16 * 1024 * 1024;
    this.isConnected = options.isConnected ?? true;
    this.noted = new MemoryNotes(options.now ?? (() => Date.now()), {
      reach: (how) => this.reach(how),
      changed: (guest) => this.tell(guest),
    });
    this.notes = this.noted;
  }

  /** From now on it can be reached. */
  connect(): void {
    this.isConnected = true;
    for (const { connected } of this.listeners) connected();
  }

  /** From now on it cannot be reached; it forgets nothing. */
  disconnect(): void {
    this.isConnected = false;
  }

  onConnected(connected: () => void): () => void {
    const listener = { connected };
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /**
   * Rejects with HERALD_SNAPSHOT_INVALID for a state that is no JSON, or nested deeper than the stack takes, and with
   * HERALD_HANDOFF_TOO_LARGE.
   */
  async publish(snapshot: Snapshot, options?: HandoffOptions): Promise<void> {
    this.reach(options);
    const text = jsonOf(snapshot);
    const size = Buffer.byteLength(text);
    if (size > this.maxEntryBytes) {
      throw new HeraldError(
        'HERALD_HANDOFF_TOO_LARGE',
        `the snapshot of guest ${snapshot.guest} has ${size} bytes, at most ${this.maxEntryBytes} are taken`,
        { details: { guest: snapshot.guest, size, maxBytes: this.maxEntryBytes } },
      );
    }
    const entries = this.written.get(snapshot.guest) ?? new Map<string, Written>();
    const parsed = parseSnapshot(JSON.parse(text));
    const head = isHeraldError(parsed) ? undefined : headOf(parsed);
    this.written.set(snapshot.guest, entries.set(snapshot.host, { text, head }));
    this.tell(snapshot.guest);
  }

  async fetch(guest: GuestKey, options?: HandoffOptions): Promise<readonly HandoffEntry[]> {
    this.reach(options);
    return this.entriesOf(guest);
  }

  async ownersOf(macs: readonly MacAddress[], options?: HandoffOptions): Promise<readonly SnapshotHead[]> {
    this.reach(options);
    const asked = new Set(macs);
    return this.heads().filter(({ primaryMacs }) => primaryMacs.some((mac) => asked.has(mac)));
  }

  async ofHost(host: string, options?: HandoffOptions): Promise<readonly SnapshotHead[]> {
    this.reach(options);
    return this.heads().filter((head) => head.host === host);
  }

  watch(guest: GuestKey, changed: () => void): () => void {
    const watcher = { guest, changed };
    this.watchers.add(watcher);
    return () => {
      this.watchers.delete(watcher);
    };
  }

  async remove(guest: GuestKey, host: string, options?: HandoffOptions): Promise<void> {
    this.reach(options);
    const entries = this.written.get(guest);
    if (entries?.delete(host) !== true) return;
    if (entries.size === 0) this.noted.forget(guest);
    this.tell(guest);
  }

  private reach(options?: HandoffOptions): void {
    options?.signal.throwIfAborted();
    if (this.isConnected) return;
    throw new HeraldError(
      'HERALD_HANDOFF_DISCONNECTED',
      `the hand-off store ${this.name} is not connected: what is to be said is kept until it is`,
      { details: { store: this.name } },
    );
  }

  private entriesOf(guest: GuestKey): readonly HandoffEntry[] {
    return [...(this.written.get(guest) ?? [])].map(([host, { text }]) => {
      const parsed = parseSnapshot(JSON.parse(text));
      return isHeraldError(parsed) ? { host, problem: parsed } : { host, snapshot: parsed };
    });
  }

  private heads(): readonly SnapshotHead[] {
    return [...this.written.values()]
      .flatMap((entries) => [...entries.values()])
      .flatMap(({ head }) => (head === undefined ? [] : [head]));
  }

  private tell(guest: GuestKey): void {
    for (const watcher of this.watchers) if (watcher.guest === guest) watcher.changed();
  }
}

const jsonOf = (snapshot: Snapshot): string => {
  try {
    return JSON.stringify(snapshot);
  } catch (error) {
    throw new HeraldError(
      'HERALD_SNAPSHOT_INVALID',
      `the snapshot of guest ${snapshot.guest} is no JSON: ${messageOf(error)}. Mend the model that gave the state`,
      { details: { guest: snapshot.guest }, cause: error },
    );
  }
};
