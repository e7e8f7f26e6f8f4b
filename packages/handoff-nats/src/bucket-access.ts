import { type Clock, HeraldError, isHeraldError, messageOf } from '@nic-herald/core';
import type { Bucket } from './bucket.js';
import { BucketCopy, type CopyBounds } from './bucket-copy.js';
import { BucketLink, type OpenedBucket } from './bucket-link.js';
import { BucketWatch } from './bucket-watch.js';
import { GuestWatchers } from './guest-watchers.js';
import { LastingProblems } from './lasting-problems.js';
import { ServerClock } from './server-clock.js';

/** How long `start` waits for a server and the copy, ms; what takes longer is waited for all the time. */
const START_WAIT_MS = 1000;
/** How long the bucket's leader may take to say how far it is, before the copy serves alone, ms. */
const LEADER_WAIT_MS = 250;
/** So long the copy serves alone, ms: a bucket whose leader is gone has another within half of it. */
const ALONE_MS = 60_000;

/** What a store over NATS works with. */
export interface BucketAccessParts {
  readonly clock: Clock;
  readonly bounds: Omit<CopyBounds, 'ttlMs'>;
  /** This host's key by which it hears itself. */
  readonly aliveKey: string;
  /** Connects to a server, and opens the bucket. */
  readonly open: () => Promise<OpenedBucket>;
  readonly warn: (problem: HeraldError) => void;
}

/** The bucket whenever it can be reached, and the copy of it. */
export class BucketAccess {
  readonly server: ServerClock;
  private readonly link: BucketLink;
  private readonly problems: LastingProblems;
  private readonly watchers = new GuestWatchers();
  private readonly listeners = new Set<{ readonly connected: () => void }>();
  private opened: OpenedBucket | undefined;
  private watching: BucketWatch | undefined;
  /** The copy of a connection that is over. */
  private before: { readonly copy: BucketCopy; readonly heardAt: number } | undefined;
  private problem: HeraldError | undefined;
  private onSettled = (): void => undefined;

  constructor(private readonly parts: BucketAccessParts) {
    const { clock, open, warn } = parts;
    this.server = new ServerClock(clock);
    this.problems = new LastingProblems(clock, warn);
    this.link = new BucketLink(clock, open, {
      connected: (opened) => this.connected(opened),
      lost: (problem) => this.lost(problem),
    });
  }

  /** Begins to look for a server. Resolves when there is a copy, none was reached, or after a while. */
  async start(signal: AbortSignal): Promise<void> {
    const settled = new Promise<void>((resolve) => {
      this.onSettled = resolve;
    });
    const cancel = this.parts.clock.setTimer(START_WAIT_MS, this.onSettled);
    signal.addEventListener('abort', this.onSettled, { once: true });
    this.link.start();
    await settled;
    cancel();
    signal.removeEventListener('abort', this.onSettled);
  }

  /** The bucket. Throws why it cannot be reached, HERALD_HANDOFF_DISCONNECTED most often. */
  bucket(): Bucket {
    if (this.opened !== undefined) return this.opened.bucket;
    throw this.problem ?? disconnected('no server has answered yet');
  }

  /**
   * The copy, and whether the bucket has more than the copy heard within so many ms. Where the bucket cannot be asked the
   * copy serves alone, for a while. Rejects where there is none that may serve.
   */
  async look(
    waitMs: number,
    signal: AbortSignal,
  ): Promise<{ readonly copy: BucketCopy | undefined; readonly isBehind: boolean }> {
    signal.throwIfAborted();
    const { opened, parts, watching } = this;
    if (opened === undefined || watching === undefined) return this.alone();
    const late = new AbortController();
    const cancel = parts.clock.setTimer(LEADER_WAIT_MS, () => late.abort(new Error('no answer')));
    let last: number;
    try {
      last = await opened.bucket.lastRevision({ signal: AbortSignal.any([signal, late.signal]) });
    } catch {
      signal.throwIfAborted();
      return this.alone();
    } finally {
      cancel();
    }
    const copy = watching.copy ?? (await this.filled(watching, waitMs));
    if (copy === undefined) return { copy, isBehind: true };
    const isReached = await copy.reach(last, parts.clock, waitMs);
    signal.throwIfAborted();
    if (!isReached) watching.doubt();
    return { copy, isBehind: !isReached };
  }

  /** What the copy says, whether or not the bucket has more; absent where there is none. */
  get copy(): BucketCopy | undefined {
    return this.watching?.copy ?? this.before?.copy;
  }

  /** Calls `changed` when something of the guest changed. Returns the way to stop. */
  watch(guest: string, changed: () => void): () => void {
    return this.watchers.add(guest, changed);
  }

  /** Calls `connected` each time there is a whole copy of a bucket that was away. Returns the way to stop. */
  onConnected(connected: () => void): () => void {
    const listener = { connected };
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  close(): void {
    this.watching?.close();
    this.watching = undefined;
    this.opened = undefined;
    this.problem = disconnected('it was closed');
    this.before = undefined;
    this.link.close();
    this.onSettled();
    this.listeners.clear();
    this.watchers.close();
  }

  private connected(opened: OpenedBucket): void {
    const { bounds, clock, aliveKey } = this.parts;
    this.opened = opened;
    this.problem = undefined;
    for (const each of opened.shortcomings) this.problems.tell(each);
    let isNew = true;
    this.watching = new BucketWatch(opened.bucket, {
      clock,
      aliveKey,
      newCopy: () => new BucketCopy({ ...bounds, ttlMs: opened.ttlMs }, this.server),
      heard: ({ storedAt }, isFresh) => this.server.heard(storedAt, isFresh),
      changed: (guest) => this.watchers.tell(guest),
      filled: () => {
        this.before = undefined;
        this.onSettled();
        if (isNew) for (const { connected } of this.listeners) connected();
        else this.watchers.tellAll();
        isNew = false;
      },
      works: () => this.problems.over(opened.shortcomings),
      failed: (error) => this.failed(error),
    });
    this.watching.start();
  }

  private lost(problem: HeraldError): void {
    const { watching } = this;
    if (watching?.copy !== undefined) this.before = { copy: watching.copy, heardAt: watching.heardAt };
    watching?.close();
    this.watching = undefined;
    this.opened = undefined;
    this.problem =
      problem.code === 'HERALD_HANDOFF_DISCONNECTED' ? disconnected(messageOf(problem), problem) : problem;
    this.problems.tell(this.problem);
    this.onSettled();
  }

  /** The connection holds, and the bucket does not do what it is there for. */
  private failed(error: unknown): void {
    this.problems.tell(isHeraldError(error) ? error : disconnected(messageOf(error), error));
    this.onSettled();
  }

  private alone(): { readonly copy: BucketCopy; readonly isBehind: boolean } {
    const { before, problem, watching } = this;
    const last = watching?.copy === undefined ? before : { copy: watching.copy, heardAt: watching.heardAt };
    if (last !== undefined && this.parts.clock.elapsed() - last.heardAt <= ALONE_MS) {
      return { copy: last.copy, isBehind: false };
    }
    throw problem ?? disconnected("the bucket's leader does not answer");
  }

  private async filled(watching: BucketWatch, waitMs: number): Promise<BucketCopy | undefined> {
    await new Promise<void>((resolve) => {
      const cancel = this.parts.clock.setTimer(waitMs, () => end());
      const stop = this.onConnected(() => end());
      const end = (): void => {
        cancel();
        stop();
        resolve();
      };
    });
    return watching.copy;
  }
}

const disconnected = (why: string, cause?: unknown): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_DISCONNECTED',
    `the hand-off store nats cannot be reached: ${why}. What is to be said is kept until it can`,
    { details: { store: 'nats' }, ...(cause === undefined ? {} : { cause }) },
  );
