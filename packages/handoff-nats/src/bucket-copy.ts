import { type Clock, headOf, isHeraldError, parseSnapshot, type SnapshotHead } from '@nic-herald/core';
import type { BucketMessage } from './bucket.js';
import { guestPart, type KeyPlace, placeOf } from './bucket-keys.js';
import type { ServerClock } from './server-clock.js';

/** Most bytes of values in the copy; what comes beyond is read from the bucket when it is asked for. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Snapshots that are parsed before others get a turn. */
const PARSED_AT_ONCE = 16;

/** The newest of one key. */
export interface KeptMessage extends BucketMessage {
  readonly place: KeyPlace;
}

/** How much a copy holds. */
export interface CopyBounds {
  readonly maxEntries: number;
  readonly maxEntryBytes: number;
  /** What is older has gone from the bucket without a word, ms; 0: nothing goes. */
  readonly ttlMs: number;
}

/** What one watch of the bucket has told so far: the newest of each key. */
export class BucketCopy {
  private readonly kept = new Map<string, KeptMessage>();
  private readonly ofGuest = new Map<string, Map<string, KeptMessage>>();
  /** What has no head is no snapshot. */
  private readonly known = new WeakMap<KeptMessage, { readonly head?: SnapshotHead }>();
  private readonly waiting = new Set<() => void>();
  private bytes = 0;
  private last = 0;
  private whole = true;

  constructor(
    private readonly bounds: CopyBounds,
    private readonly server: ServerClock,
  ) {}

  /** The last revision that was told. */
  get reached(): number {
    return this.last;
  }

  /** False where there was more than it may hold. */
  get isWhole(): boolean {
    return this.whole;
  }

  /** Takes what was told. Gives the guest that it is about. */
  hear(message: BucketMessage): string | undefined {
    this.last = Math.max(this.last, message.revision);
    for (const look of this.waiting) look();
    const place = placeOf(message.key);
    if (place === undefined) return undefined;
    const before = this.kept.get(message.key);
    if (before !== undefined && before.revision >= message.revision) return undefined;
    if (before !== undefined) this.drop(before);
    this.keep({ ...message, ...this.bounded(message.bytes), place });
    return place.guest;
  }

  /** Whether it heard this revision, within so many ms. */
  async reach(revision: number, clock: Clock, withinMs: number): Promise<boolean> {
    if (this.last >= revision) return true;
    return new Promise((resolve) => {
      const end = (isReached: boolean): void => {
        cancel();
        this.waiting.delete(look);
        resolve(isReached);
      };
      const look = (): void => {
        if (this.last >= revision) end(true);
      };
      const cancel = clock.setTimer(withinMs, () => end(false));
      this.waiting.add(look);
    });
  }

  /** What is there of a guest; deletions too. */
  of(guest: string): readonly KeptMessage[] {
    return [...(this.ofGuest.get(guest)?.values() ?? [])].filter((each) => !this.isGone(each));
  }

  /** The heads of entries that are snapshots, of one host or of all, each parsed once. Others get their turn meanwhile. */
  async heads(signal: AbortSignal, host?: string): Promise<readonly SnapshotHead[]> {
    const heads: SnapshotHead[] = [];
    let parsed = 0;
    for (const each of [...this.kept.values()]) {
      const { bytes, place } = each;
      if (place.kind !== 'entry' || (host !== undefined && place.host !== host)) continue;
      if (bytes === undefined || this.isGone(each)) continue;
      let known = this.known.get(each);
      if (known === undefined) {
        known = headIn(each, this.bounds.maxEntryBytes);
        this.known.set(each, known);
        parsed += 1;
        if (parsed % PARSED_AT_ONCE === 0) await nextTurn();
        signal.throwIfAborted();
      }
      if (known.head !== undefined) heads.push(known.head);
    }
    return heads;
  }

  private keep(message: KeptMessage): void {
    const size = message.bytes?.length ?? 0;
    if (this.kept.size >= this.bounds.maxEntries || this.bytes + size > MOST_BYTES) this.sweep();
    if (this.kept.size >= this.bounds.maxEntries || this.bytes + size > MOST_BYTES) {
      this.whole = false;
      return;
    }
    const { key, place } = message;
    this.kept.set(key, message);
    this.bytes += size;
    const beside = this.ofGuest.get(place.guest) ?? new Map<string, KeptMessage>();
    this.ofGuest.set(place.guest, beside.set(key, message));
  }

  private drop({ key, bytes, place }: KeptMessage): void {
    this.kept.delete(key);
    this.bytes -= bytes?.length ?? 0;
    const beside = this.ofGuest.get(place.guest);
    beside?.delete(key);
    if (beside?.size === 0) this.ofGuest.delete(place.guest);
  }

  private sweep(): void {
    for (const each of [...this.kept.values()]) if (this.isGone(each)) this.drop(each);
  }

  private isGone({ storedAt }: KeptMessage): boolean {
    const { ttlMs } = this.bounds;
    return ttlMs > 0 && (this.server.ageOf(storedAt) ?? 0) > ttlMs;
  }

  /** A copy, so that no buffer of the connection is held for it; one that is too large as far as that shows. */
  private bounded(bytes: Uint8Array | undefined): { readonly bytes?: Uint8Array } {
    return bytes === undefined ? {} : { bytes: bytes.slice(0, this.bounds.maxEntryBytes + 1) };
  }
}

const headIn = ({ bytes, place }: KeptMessage, maxBytes: number): { readonly head?: SnapshotHead } => {
  if (bytes === undefined || bytes.length > maxBytes) return {};
  try {
    const parsed = parseSnapshot(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    if (isHeraldError(parsed)) return {};
    const isIts = parsed.host === place.host && guestPart(parsed.guest) === place.guest;
    return isIts ? { head: headOf(parsed) } : {};
  } catch {
    return {}; // no text, or no JSON: it is said where that guest is fetched
  }
};

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
