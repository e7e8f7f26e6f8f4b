import type { CancelTimer, Clock, FrameGrant } from '@nic-herald/core';
import type { FrameRate } from '@nic-herald/core/internal';
import { FairQueue } from './fair-queue.js';
import { KernelLoan, type Settle } from './kernel-loan.js';
import type { PacedFrames, Urgency } from './paced-frames.js';

/** The least pause between two looks at what may be sent, ms: Node's timers know no less. */
const TICK_MS = 1;
/** How often what was drawn or came in is lent again while anything is armed, ms. */
const LEND_MS = 5;

/** From this urgency on frames announce in a second way, or once more. */
const SECOND: Urgency = 2;

/**
 * Frames that one part of a switch takes in, those of all guests together. A token bucket of `burst` frames that fills with
 * `framesPerSecond`: in any window of one second at most `framesPerSecond + burst` frames leave, and never more than
 * `burst` in one call. A burst of less than what one millisecond brings makes it slower than `framesPerSecond`.
 *
 * A more urgent class always goes first, and starves none for ever: a guest has classes 0 to 2 once for each time it
 * comes here, bounded by its plan, and class 3 waits for that much. Equally urgent frames go in turns of equal
 * shares, so that no guest waits for all the frames of another.
 *
 * A lane that has a leader holds back classes 2 and 3 while any guest's first frames wait there.
 *
 * While announcements may leave by themselves in the kernel, what the bucket holds is lent to it, and taken back where it is
 * needed here. What leaves there without a grant is paid afterwards: the bucket may owe it.
 */
export class FrameLane {
  private readonly queues = [new FairQueue(), new FairQueue(), new FairQueue(), new FairQueue()] as const;
  private perMs: number;
  private burst: number;
  private tokens: number;
  private filledAt: number;
  private cancelTimer: CancelTimer | undefined;
  /** True while the timer waits for tokens, and with it all that waits; false where it waits for the end of the turn. */
  private isShort = false;
  private readonly loan = new KernelLoan();
  private cancelLending: CancelTimer | undefined;
  private follower: FrameLane | undefined;

  constructor(
    { framesPerSecond, burst }: FrameRate,
    private readonly clock: Clock,
    private readonly leader?: FrameLane,
  ) {
    if (leader !== undefined) leader.follower = this;
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
    const { urgency } = frames;
    const queue = this.queues[urgency];
    const queued = queue.add(frames, this.clock.elapsed());
    if (urgency === 0) this.handOver(0);
    if (this.isShort || (!this.mayGo(urgency) && this.leader?.isShort === true)) queue.markShort();
    else if (this.canGo) this.wake();
    return () => {
      queue.remove(queued);
      if (this.isIdle) this.sleep();
      this.follower?.goOnLater();
    };
  }

  /** Goes on at another pace: what waits leaves by it as well. */
  changePace({ framesPerSecond, burst }: FrameRate): void {
    this.fill();
    this.reclaim();
    this.perMs = framesPerSecond / 1000;
    this.burst = burst;
    this.tokens = Math.min(this.tokens, burst);
    this.lendLater();
    if (!this.isShort) return;
    this.sleep();
    this.wake();
  }

  /** Whether so many frames may leave now, in one call. Not where others wait. */
  holds(count: number): boolean {
    if (!this.isIdle) return false;
    if (count === 0) return true;
    this.fill();
    if (this.tokens < count) this.reclaim();
    return this.tokens >= count;
  }

  /** So many of those that it holds leave now. */
  spend(count: number): void {
    this.tokens -= count;
    this.lendLater();
  }

  /** Most frames that may leave at once. */
  get most(): number {
    return this.burst;
  }

  /** How many of so many frames may be armed to leave without a grant: all, unless a second could not make up for them. */
  ungranted(frames: number): number {
    return Math.max(0, Math.min(frames, Math.floor(this.perMs * 1000) - this.loan.ungranted));
  }

  /**
   * An announcement is armed that draws from this grant, with so many frames that need none. To be called with what became of it, which
   * is quick.
   */
  armed(grant: FrameGrant | undefined, ungranted: number): Settle {
    const settle = this.loan.add(grant, ungranted, (owed) => {
      this.tokens -= owed;
    });
    this.lend();
    return (taken) => {
      this.fill(); // until now the bucket held no more beside what was out
      settle(taken);
      this.lendLater();
    };
  }

  /**
   * Hands over at once what would wait for the end of the turn: for a guest beside which no other can resume in it.
   * What waits for tokens goes on waiting.
   */
  hasten(): void {
    if (this.isShort || this.cancelTimer === undefined) return;
    this.takeTurn();
    this.follower?.goOn();
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

  /** Whether nothing waits. */
  get isIdle(): boolean {
    return this.queues.every(({ owners }) => owners === 0);
  }

  /** Hands over what waited for the leader's first frames alone, where these are out. */
  private goOn(): void {
    if (!this.isShort && this.canGo) this.takeTurn();
  }

  /** Hands over what may go now, and sees to it that the rest does when it may. */
  private takeTurn(): void {
    this.sleep();
    this.handOver();
    if (this.canGo) this.wake();
  }

  /** The same at the end of the turn: more may be taken back in it. */
  private goOnLater(): void {
    if (this.canGo) this.wake();
  }

  private mayGo(urgency: number): boolean {
    return urgency < SECOND || this.leader?.owesFirsts !== true;
  }

  /** Whether anything waits but for the leader's first frames. */
  private get canGo(): boolean {
    return this.queues.some(({ owners }, urgency) => owners > 0 && this.mayGo(urgency));
  }

  /** Hands over what may be sent now, the most urgent first: what the bucket holds, again where it is full by then. */
  private handOver(least: Urgency = 3): void {
    const waits = (): boolean =>
      this.queues.some(({ owners }, urgency) => owners > 0 && urgency <= least && this.mayGo(urgency));
    do this.empty(least);
    while (waits() && (this.reclaim() || this.isFull));
    this.lendLater();
  }

  private get isFull(): boolean {
    this.fill();
    return this.tokens >= Math.max(1, this.burst - this.loan.out);
  }

  private empty(least: Urgency): void {
    const now = this.fill();
    for (const [urgency, queue] of this.queues.entries()) {
      if (urgency > least || !this.mayGo(urgency)) return;
      const share = Math.max(1, Math.floor(this.tokens / queue.owners));
      while (this.tokens >= 1) {
        const portion = queue.take(Math.min(share, Math.floor(this.tokens)), now);
        if (portion === undefined) break;
        const { frames, first, count, waitedMs } = portion;
        this.tokens -= count; // before they leave: their sender may submit more
        frames.send(first, count, waitedMs);
      }
    }
  }

  /** Calls for the next hand-over: at the end of the turn where something may be sent, else when it may be. */
  private wake(): void {
    if (this.cancelTimer !== undefined) return;
    this.fill();
    if (this.tokens < 1) this.reclaim();
    this.isShort = this.tokens < 1;
    if (this.isShort) this.markShort();
    const delayMs = this.isShort ? Math.max(TICK_MS, (1 - this.tokens) / this.perMs) : 0;
    this.cancelTimer = this.clock.setTimer(delayMs, () => {
      this.takeTurn();
      this.follower?.goOn();
    });
  }

  /** All that waits does so for want of tokens, and with it what waits for first frames among them. */
  private markShort(): void {
    for (const queue of this.queues) queue.markShort();
    if (this.owesFirsts) for (const queue of this.follower?.queues.slice(SECOND) ?? []) queue.markShort();
  }

  private sleep(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.isShort = false;
  }

  private fill(): number {
    const now = this.clock.elapsed();
    const most = this.burst - this.loan.out;
    this.tokens = Math.min(most, this.tokens + Math.max(0, now - this.filledAt) * this.perMs);
    this.filledAt = now;
    return now;
  }

  /** Lends what no frame here waits for, and goes on until all that the bucket can hold is lent. */
  private lend(): void {
    if (!this.loan.isNeeded) return void this.reclaim();
    this.fill();
    if (this.isIdle) this.tokens -= this.loan.lend(Math.floor(Math.max(0, this.tokens)));
    if (!this.isIdle || this.tokens + this.loan.out < this.burst) this.lendLater();
  }

  private lendLater(): void {
    if (this.cancelLending !== undefined || !(this.loan.isNeeded || this.loan.isLent)) return;
    this.cancelLending = this.clock.setTimer(LEND_MS, () => {
      this.cancelLending = undefined;
      this.lend();
    });
  }

  /** Takes back what is lent. False where nothing came of it. */
  private reclaim(): boolean {
    if (this.loan.out === 0 && !this.loan.isLent) return false;
    this.fill();
    const back = this.loan.reclaim(this.clock.elapsed());
    this.tokens += back;
    return back > 0;
  }
}
