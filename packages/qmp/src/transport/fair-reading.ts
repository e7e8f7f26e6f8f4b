import type { CancelTimer, Clock } from '@nic-herald/core';

/** How long a stream may be read in one go after a while of quiet, ms. */
const BURST_MS = 2;
/** However long they take, so many lines are taken at once, and so many more each second: no guest that behaves has more. */
const BURST_LINES = 100;
const LINES_PER_MS = 0.1;
/** A line that took longer than this, ms, counts as this: it may have been one large reply. */
const MOST_DEBT_MS = 2;
/** One turn of a stream that is behind, ms. */
const TURN_MS = 0.3;
/** The part of the time that all streams which are behind have together. */
const SHARE = 0.1;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly readAt: number;
}

/** What a stream is read by. */
export interface FairReadingOwner {
  /** Cuts a chunk into lines; may throw. */
  split(bytes: Uint8Array): Iterator<Uint8Array, void, void>;
  /** Takes a line, valid within the call. `readAt`: when its chunk was read, ms since 1970 UTC. False: no more of it. */
  take(line: Uint8Array, readAt: number): boolean;
  /** Reads no more for now: what the stream brings is kept where it comes from. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** What `split` threw; nothing is taken any more. */
  onFault(error: unknown): void;
}

/**
 * Takes the lines of one stream at once, as long as they are few. One that brings more than the event loop has time for is
 * read in short turns with pauses between: what other streams bring is never far behind. Nothing of it is lost, and no
 * order is changed. All streams of the process that are behind share one part of the time, since they share one event loop.
 */
export class FairReading {
  private static readonly behind = new Set<FairReading>();
  private readonly chunks: Chunk[] = [];
  private lines: Iterator<Uint8Array, void, void> | undefined;
  private creditMs = BURST_MS;
  private creditLines = BURST_LINES;
  private countedAt: number;
  private timer: CancelTimer | undefined;
  private isClosed = false;

  constructor(
    private readonly clock: Clock,
    private readonly owner: FairReadingOwner,
  ) {
    this.countedAt = clock.elapsed();
  }

  /** Takes what was read now, or in a later turn where what came before is not taken yet. */
  push(bytes: Uint8Array): void {
    if (this.isClosed) return;
    this.chunks.push({ bytes, readAt: this.clock.now() });
    if (this.timer !== undefined) return;
    this.earn();
    this.turn();
  }

  /** Takes nothing any more. */
  close(): void {
    this.isClosed = true;
    this.chunks.length = 0;
    this.lines = undefined;
    this.timer?.();
    this.timer = undefined;
    FairReading.behind.delete(this);
  }

  private earn(): void {
    const now = this.clock.elapsed();
    const passedMs = now - this.countedAt;
    this.creditMs = Math.min(BURST_MS, this.creditMs + passedMs * SHARE);
    this.creditLines = Math.min(BURST_LINES, this.creditLines + passedMs * LINES_PER_MS);
    this.countedAt = now;
  }

  private turn(): void {
    for (let line = this.next(); line !== undefined; line = this.next()) {
      const [chunk] = this.chunks;
      if (!this.owner.take(line, chunk?.readAt ?? 0)) this.close();
      if (this.isClosed) return;
      const now = this.clock.elapsed();
      this.creditMs = Math.max(-MOST_DEBT_MS, this.creditMs - (now - this.countedAt));
      this.creditLines = Math.max(0, this.creditLines - 1);
      this.countedAt = now;
      if (this.creditMs <= 0 && this.creditLines === 0) {
        this.wait();
        return;
      }
    }
    this.rest();
  }

  /** The next line; absent where all that came is taken. */
  private next(): Uint8Array | undefined {
    try {
      for (let [chunk] = this.chunks; chunk !== undefined; [chunk] = this.chunks) {
        this.lines ??= this.owner.split(chunk.bytes);
        const next = this.lines.next();
        if (next.done !== true) return next.value;
        this.lines = undefined;
        this.chunks.shift();
      }
    } catch (error) {
      this.close();
      this.owner.onFault(error);
    }
    return undefined;
  }

  /** It is not behind any more. */
  private rest(): void {
    if (FairReading.behind.delete(this)) this.owner.resume();
  }

  private wait(): void {
    const { behind } = FairReading;
    if (!behind.has(this)) this.owner.pause();
    behind.add(this);
    const pauseMs = ((TURN_MS - this.creditMs) / SHARE) * behind.size;
    this.timer = this.clock.setTimer(pauseMs, () => {
      this.timer = undefined;
      this.creditMs = TURN_MS;
      this.countedAt = this.clock.elapsed();
      this.turn();
    });
  }
}
