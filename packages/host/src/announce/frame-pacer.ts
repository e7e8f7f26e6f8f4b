import type { CancelTimer, Clock } from '@nic-herald/core';
import type { AnnouncePacing } from '@nic-herald/core/internal';
import { FairQueue } from './fair-queue.js';
import type { PacedFrames } from './paced-frames.js';

/** The least pause between two looks at what may be sent, ms: Node's timers know no less. */
const TICK_MS = 1;

/**
 * Holds back what would be more than the switches can take in: one per host, for all its guests together. A token
 * bucket of `burst` frames that fills with `framesPerSecond`: in any window of one second at most
 * `framesPerSecond + burst` frames leave, and never more than `burst` in one call. A burst of less than what one
 * millisecond brings makes it slower than `framesPerSecond`.
 *
 * A more urgent class always goes first, and starves none for ever: a guest has classes 0 to 2 once for each time it
 * comes here, bounded by its plan, and class 3 waits for that much. Equally urgent frames go in turns of equal
 * shares, so that no guest waits for all the frames of another.
 */
export class FramePacer {
  private readonly queues = [new FairQueue(), new FairQueue(), new FairQueue(), new FairQueue()] as const;
  private perMs: number;
  private burst: number;
  private tokens: number;
  private filledAt: number;
  private cancelTimer: CancelTimer | undefined;
  /** True while the timer waits for tokens, and with it all that waits; false where it waits for the end of the turn. */
  private isShort = false;

  constructor(
    { framesPerSecond, burst }: AnnouncePacing,
    private readonly clock: Clock,
  ) {
    this.perMs = framesPerSecond / 1000;
    this.burst = burst;
    this.tokens = burst;
    this.filledAt = clock.elapsed();
  }

  /**
   * Takes frames over. Urgency 0 is handed over before this returns, as far as may be; the others at the end of
   * the turn at the earliest, when the first frames of all guests that resumed in it are out. Returns how to take
   * back what has not left yet.
   */
  submit(frames: PacedFrames): () => void {
    const queue = this.queues[frames.urgency];
    const queued = queue.add(frames, this.clock.elapsed());
    if (frames.urgency === 0) this.handOver([queue]);
    if (this.isShort) queue.markShort();
    else if (!this.isIdle) this.wake();
    return () => {
      queue.remove(queued);
      if (this.isIdle) this.sleep();
    };
  }

  /** Goes on at another pace: what waits leaves by it as well. */
  changePace({ framesPerSecond, burst }: AnnouncePacing): void {
    this.fill();
    this.perMs = framesPerSecond / 1000;
    this.burst = burst;
    this.tokens = Math.min(this.tokens, burst);
    if (!this.isShort) return;
    this.sleep();
    this.wake();
  }

  /** Whether so many frames may leave now, in one call: they then count as sent. Not where anybody's wait. */
  grant(count: number): boolean {
    if (!this.isIdle) return false;
    this.fill();
    if (this.tokens < count) return false;
    this.tokens -= count;
    return true;
  }

  /**
   * Hands over at once what would wait for the end of the turn: for a guest beside which no other can resume in it.
   * What waits for tokens goes on waiting.
   */
  hasten(): void {
    if (this.isShort || this.cancelTimer === undefined) return;
    this.sleep();
    this.handOver(this.queues);
    if (!this.isIdle) this.wake();
  }

  /** Whether first frames of any guest wait: work that can wait should, since it would stand in front of them. */
  get owesFirsts(): boolean {
    const [primaries, firsts] = this.queues;
    return primaries.owners > 0 || firsts.owners > 0;
  }

  /** How many frames wait. */
  get backlog(): number {
    return this.queues.reduce((count, queue) => count + queue.frames, 0);
  }

  private get isIdle(): boolean {
    return this.queues.every(({ owners }) => owners === 0);
  }

  /** Hands over what may be sent now, the most urgent first: what the bucket holds, again where it is full by then. */
  private handOver(queues: readonly FairQueue[]): void {
    do this.empty(queues);
    while (queues.some(({ owners }) => owners > 0) && this.isFull);
  }

  private get isFull(): boolean {
    this.fill();
    return this.tokens >= this.burst;
  }

  private empty(queues: readonly FairQueue[]): void {
    const now = this.fill();
    for (const queue of queues) {
      const share = Math.max(1, Math.floor(this.tokens / queue.owners));
      while (this.tokens >= 1) {
        const portion = queue.take(Math.min(share, Math.floor(this.tokens)), now);
        if (portion === undefined) break;
        const { frames, first, count, waitedMs } = portion;
        this.tokens -= count; // before they leave: whoever sends them may submit more
        frames.send(first, count, waitedMs);
      }
    }
  }

  /** Calls for the next hand-over: at the end of the turn where something may be sent, else when it may be. */
  private wake(): void {
    if (this.cancelTimer !== undefined) return;
    this.fill();
    this.isShort = this.tokens < 1;
    if (this.isShort) for (const queue of this.queues) queue.markShort();
    const delayMs = this.isShort ? Math.max(TICK_MS, (1 - this.tokens) / this.perMs) : 0;
    this.cancelTimer = this.clock.setTimer(delayMs, () => {
      this.sleep();
      this.handOver(this.queues);
      if (!this.isIdle) this.wake();
    });
  }

  private sleep(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.isShort = false;
  }

  private fill(): number {
    const now = this.clock.elapsed();
    this.tokens = Math.min(this.burst, this.tokens + Math.max(0, now - this.filledAt) * this.perMs);
    this.filledAt = now;
    return now;
  }
}
