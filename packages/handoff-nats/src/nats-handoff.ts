import {
  type GuestKey,
  type HandoffEntry,
  type HandoffNotes,
  type HandoffOptions,
  type HandoffStore,
  HeraldError,
  type HostService,
  keyValueHandoff,
  type Snapshot,
  type SnapshotHead,
  type StoredEntry,
} from '@nic-herald/core';
import type { BucketMessage } from './bucket.js';
import { BucketAccess, type BucketAccessParts } from './bucket-access.js';
import type { BucketCopy, KeptMessage } from './bucket-copy.js';
import { entriesFilter, entryKey, guestPart, placeOf } from './bucket-keys.js';
import { NatsNotes } from './nats-notes.js';
import { OwnKeys } from './own-keys.js';

/** How long the copy may take to hear what the bucket has, before an entry is read from the bucket itself, ms. */
const COPY_WAIT_MS = 100;
/** Keys that are read at the same time. */
const READ_AT_ONCE = 16;
/** The same for questions over all guests, which only the copy can answer, ms. */
const ALL_WAIT_MS = 1000;

/**
 * Snapshots in a bucket of NATS JetStream, one key for each guest and host, written by that host alone. Reads are answered
 * from a copy of the bucket, once the bucket's leader said how far it is; where no leader answers the copy serves alone, for
 * a while.
 */
export class NatsHandoff implements HandoffStore, HostService {
  readonly name = 'nats';
  readonly maxEntryBytes: number;
  /** Guests that stay are hundreds for each one that moves, and every host hears of each write. */
  readonly restMs = 60_000;
  readonly notes: HandoffNotes;
  private readonly access: BucketAccess;
  private readonly keys = new OwnKeys();
  private readonly texts: HandoffStore;

  constructor(parts: BucketAccessParts) {
    this.maxEntryBytes = parts.bounds.maxEntryBytes;
    this.access = new BucketAccess(parts);
    this.notes = new NatsNotes(this.access, this.keys);
    this.texts = keyValueHandoff(parts.clock, {
      name: this.name,
      maxEntryBytes: this.maxEntryBytes,
      put: async (guest, host, text, { signal }) =>
        this.keys.put(this.access.bucket(), entryKey(guest, host), new TextEncoder().encode(text), signal),
      list: async (guest, { signal }) => (guest === undefined ? [] : this.list(guest, signal)),
      delete: async (guest, host, { signal }) =>
        this.keys.delete(this.access.bucket(), entryKey(guest, host), signal),
      watch: (guest, changed) => this.access.watch(guestPart(guest), changed),
    });
  }

  /** Resolves also where no server answers: it is looked for all the time. */
  async start({ signal }: HandoffOptions): Promise<void> {
    await this.access.start(signal);
  }

  publish(snapshot: Snapshot, options: HandoffOptions): Promise<void> {
    return this.texts.publish(snapshot, options);
  }

  /** Ages are by the server's clock. */
  fetch(guest: GuestKey, options: HandoffOptions): Promise<readonly HandoffEntry[]> {
    return this.texts.fetch(guest, options);
  }

  async ownersOf(
    macs: SnapshotHead['primaryMacs'],
    { signal }: HandoffOptions,
  ): Promise<readonly SnapshotHead[]> {
    const asked = new Set<string>(macs);
    const heads = await (await this.copyOfAll(signal)).heads(signal);
    return heads.filter(({ primaryMacs }) => primaryMacs.some((mac) => asked.has(mac)));
  }

  async ofHost(host: string, { signal }: HandoffOptions): Promise<readonly SnapshotHead[]> {
    return (await this.copyOfAll(signal)).heads(signal, host);
  }

  watch(guest: GuestKey, changed: () => void): () => void {
    return this.texts.watch(guest, changed);
  }

  remove(guest: GuestKey, host: string, options: HandoffOptions): Promise<void> {
    return this.texts.remove(guest, host, options);
  }

  onConnected(connected: () => void): () => void {
    return this.access.onConnected(connected);
  }

  async close(): Promise<void> {
    this.access.close();
  }

  private async list(guest: GuestKey, signal: AbortSignal): Promise<readonly StoredEntry[]> {
    const { copy, isBehind } = await this.access.look(COPY_WAIT_MS, signal);
    if (copy !== undefined && !isBehind && copy.isWhole) return this.inCopy(copy, guest);
    return this.inBucket(guest, signal);
  }

  private inCopy(copy: BucketCopy, guest: GuestKey): readonly StoredEntry[] {
    return copy.of(guestPart(guest)).flatMap((message) => {
      const { bytes, place } = message;
      if (place.kind !== 'entry' || bytes === undefined) return [];
      return [{ host: place.host, read: async () => textOf(bytes), ...this.ageOf(message) }];
    });
  }

  private ageOf({ storedAt }: KeptMessage): { readonly ageMs?: number } {
    const ageMs = this.access.server.ageOf(storedAt);
    return ageMs === undefined ? {} : { ageMs };
  }

  /** What the bucket itself has: its age, its writer says. */
  private async inBucket(guest: GuestKey, signal: AbortSignal): Promise<readonly StoredEntry[]> {
    const bucket = this.access.bucket();
    const found = await bucket.keys(entriesFilter(guest), { signal });
    const messages: (BucketMessage | undefined)[] = [];
    for (let from = 0; from < found.length; from += READ_AT_ONCE) {
      const some = found.slice(from, from + READ_AT_ONCE);
      messages.push(...(await Promise.all(some.map((key) => bucket.get(key, { signal })))));
    }
    return messages.flatMap((message) => {
      const place = message && placeOf(message.key);
      const bytes = message?.bytes;
      return place === undefined || bytes === undefined
        ? []
        : [{ host: place.host, read: async () => textOf(bytes) }];
    });
  }

  private async copyOfAll(signal: AbortSignal): Promise<BucketCopy> {
    const { copy, isBehind } = await this.access.look(ALL_WAIT_MS, signal);
    if (copy !== undefined && !isBehind) return copy;
    throw new HeraldError(
      'HERALD_HANDOFF_DISCONNECTED',
      'the hand-off store nats has not heard yet all that its bucket holds; it is asked again',
      { details: { store: this.name } },
    );
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
