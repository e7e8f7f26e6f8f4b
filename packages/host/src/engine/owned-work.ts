import {
  asHeraldError,
  type Clock,
  type Guest,
  guestLabel,
  type HeraldError,
  messageOf,
} from '@nic-herald/core';
import { SerialQueue } from '../announce/serial-queue.js';
import { Pace } from './pace.js';
import { PacedWork } from './paced-work.js';

/** Work for one guest that nobody waits for: what fails is told, unless the guest is let go of. */
export class OwnedWork {
  private readonly queue: SerialQueue;
  private readonly paced: PacedWork[] = [];

  constructor(
    private readonly guest: Guest,
    private readonly signal: AbortSignal,
    private readonly clock: Clock,
    private readonly tell: (problem: HeraldError) => void,
  ) {
    this.queue = new SerialQueue(guestLabel(guest.identity));
  }

  /** Does it after what was asked for before. Resolves when it is done or has failed; never rejects. */
  async enqueue(work: () => Promise<void>): Promise<void> {
    try {
      await this.queue.run(work);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Work of one kind, in its turn: what waits stands for what is asked for after it, see `PacedWork`. */
  pacedWork(work: () => Promise<void>): PacedWork {
    const paced = new PacedWork(this.clock, new Pace(this.clock), () => this.enqueue(work));
    this.paced.push(paced);
    return paced;
  }

  /** Does it after what was asked for before, for somebody who waits: rejects with what it throws. */
  ask<T>(work: () => Promise<T>): Promise<T> {
    return this.queue.run(work);
  }

  /** Lets work that has begun go on by itself. */
  follow(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.failed(error));
  }

  /** Tells of a failure that nobody foresaw. */
  failed(error: unknown): void {
    if (this.signal.aborted) return;
    const message = `work for ${guestLabel(this.guest.identity)} failed: ${messageOf(error)}`;
    this.tell(asHeraldError(error, 'HERALD_ENGINE_FAULT', message));
  }

  /** Begins nothing any more; resolves when what was enqueued and is under way is over. */
  async close(): Promise<void> {
    for (const each of this.paced) void each.close();
    await this.queue.close();
  }
}
