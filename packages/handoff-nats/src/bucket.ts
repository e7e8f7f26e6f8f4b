/** The newest of a key, as the bucket has it. */
export interface BucketMessage {
  readonly key: string;
  /** Rises with every write to the bucket, of whatever key. */
  readonly revision: number;
  /** When it was stored, ms since 1970 UTC by the server's clock. */
  readonly storedAt: number;
  /** Absent: the key was deleted. */
  readonly bytes?: Uint8Array;
}

/** How a call to a bucket may be ended early. */
export interface BucketCall {
  readonly signal: AbortSignal;
}

/** A write: `after` is the revision that the key must have, 0 for none; another one is there: it rejects with `Outdated`. */
export interface BucketWrite extends BucketCall {
  readonly after?: number;
}

/**
 * A bucket of JetStream's key-value as the store uses it, over one connection: with that it is gone. Every call ends by
 * its signal or after a bounded time, and rejects with a HeraldError or with `Outdated`.
 */
export interface Bucket {
  /** Resolves with the revision when the bucket has it for certain. */
  put(key: string, bytes: Uint8Array, options: BucketWrite): Promise<number>;
  delete(key: string, options: BucketWrite): Promise<void>;
  /** What the bucket's leader has under a key, a deletion too. */
  get(key: string, options: BucketCall): Promise<BucketMessage | undefined>;
  /** The keys that fit a filter, in which `*` stands for one part; those of deletions too. */
  keys(filter: string, options: BucketCall): Promise<readonly string[]>;
  /** The revision of the last write to the bucket, as its leader knows it; 0: none. */
  lastRevision(options: BucketCall): Promise<number>;
  /**
   * Calls `hear` with the newest of each key, and with what is written from then on, in the order of revisions. It may
   * fall silent without a word. Resolves with the way to stop.
   */
  watch(hear: (message: BucketMessage) => void, options: BucketCall): Promise<() => void>;
}

/** A key has another revision than a write was for: something else was written there. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}
