import type { PacedFrames } from './paced-frames.js';

/** Frames in a queue, and how far they are. */
export interface QueuedFrames {
  readonly frames: PacedFrames;
  readonly since: number;
  /** How often it was marked short before they came; fewer than by now: they had to wait. */
  readonly shortages: number;
  next: number;
}

/** A part of somebody's frames whose turn it is. */
export interface Portion {
  readonly frames: PacedFrames;
  readonly first: number;
  readonly count: number;
  /** How long they waited because no more might be sent, ms; 0 where they did not. */
  readonly waitedMs: number;
}

/** Frames of one urgency: their owners take turns, each with a portion; the frames of one owner keep their order. */
export class FairQueue {
  /** In the order of their turns. */
  private readonly waiting = new Map<object, QueuedFrames[]>();
  private shortages = 0;

  /** How many owners wait. */
  get owners(): number {
    return this.waiting.size;
  }

  /** How many frames wait. */
  get frames(): number {
    let count = 0;
    for (const own of this.waiting.values()) for (const { frames, next } of own) count += frames.count - next;
    return count;
  }

  /** Puts frames behind those of the same owner. */
  add(frames: PacedFrames, now: number): QueuedFrames {
    const queued = { frames, since: now, shortages: this.shortages, next: 0 };
    const before = this.waiting.get(frames.owner);
    if (before === undefined) this.waiting.set(frames.owner, [queued]);
    else before.push(queued);
    return queued;
  }

  /** Takes up to `most` frames (1 and up) of the owner whose turn it is, who then goes behind the others. */
  take(most: number, now: number): Portion | undefined {
    for (const [owner, own] of this.waiting) {
      const [queued] = own;
      if (queued === undefined) return undefined; // an owner has frames, or is not here
      const { frames, next: first } = queued;
      const count = Math.min(most, frames.count - first);
      queued.next += count;
      if (queued.next === frames.count) own.shift();
      this.waiting.delete(owner);
      if (own.length > 0) this.waiting.set(owner, own);
      const waitedMs = queued.shortages < this.shortages ? Math.max(0, now - queued.since) : 0;
      return { frames, first, count, waitedMs };
    }
    return undefined;
  }

  /** Whoever waits now does so because no more may be sent. */
  markShort(): void {
    this.shortages += 1;
  }

  /** Takes back what was not taken yet; nothing where all was. */
  remove(queued: QueuedFrames): void {
    const { owner } = queued.frames;
    const own = this.waiting.get(owner);
    const index = own?.indexOf(queued) ?? -1;
    if (own === undefined || index === -1) return;
    own.splice(index, 1);
    if (own.length === 0) this.waiting.delete(owner);
  }
}
