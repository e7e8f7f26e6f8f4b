import {
  type CancelTimer,
  type Clock,
  type FrameChannel,
  messageOf,
  type PreparedBatch,
} from '@nic-herald/core';
import type { VlanId } from '@nic-herald/wire';
import { queryFrames } from './query-frames.js';
import { MAX_QUERIED_VLANS } from './query-plan.js';

/** VLANs whose queries go out in one call, 64 frames: a tap holds 500 for a guest that does not read yet. */
const VLANS_AT_ONCE = 32;
/** Pause before the next, ms: the guest answers at once, on all of them. */
const PAUSE_MS = 2;
/** How long after a first query the answers are in, ms: 30 to 130 were measured on Linux guests. */
const ANSWERED_AFTER_MS = 150;

/**
 * The queries of one NIC, encoded for its open channel. They leave after the announcements of a turn, those of other
 * guests among them, and beside the host's pacing: no switch sees them.
 */
export class NicQueries {
  private readonly asked: VlanId[] = [];
  private readonly batches: PreparedBatch[] = [];
  /** How many of the batches were sent at all, and when the last of them was for the first time. */
  private sentOnce = 0;
  private sentOnceAt: number | undefined;
  private hasBegun = false;
  private cancelTimer: CancelTimer | undefined;
  private accepted = 0;
  private refusal: string | undefined;

  constructor(
    private readonly channel: FrameChannel,
    private readonly clock: Clock,
  ) {}

  /** The VLANs on which it asks, besides untagged. */
  get vlans(): readonly VlanId[] {
    return this.asked;
  }

  /** Queries that the system took. */
  get taken(): number {
    return this.accepted;
  }

  /** The first refusal of the system. */
  get failure(): string | undefined {
    return this.refusal;
  }

  /** How long until the answers to what was asked last for the first time are in, ms; 0 where they are. */
  get unansweredMs(): number {
    if (this.cancelTimer !== undefined) return PAUSE_MS;
    const since = this.sentOnceAt === undefined ? ANSWERED_AFTER_MS : this.clock.elapsed() - this.sentOnceAt;
    return Math.max(0, ANSWERED_AFTER_MS - since);
  }

  /**
   * Asks on these VLANs too, and untagged, with every later round; at once where a round was before. Returns for
   * how many of them there was no room. Throws what the channel throws; then nothing was added.
   */
  add(vlans: readonly VlanId[]): number {
    const unasked = vlans.filter((vlan) => !this.asked.includes(vlan));
    const added = unasked.slice(0, MAX_QUERIED_VLANS - this.asked.length);
    const wanted = this.batches.length === 0 ? [undefined, ...added] : added;
    const first = this.batches.length;
    const batches: PreparedBatch[] = [];
    for (let at = 0; at < wanted.length; at += VLANS_AT_ONCE) {
      batches.push(this.channel.prepare(queryFrames(wanted.slice(at, at + VLANS_AT_ONCE))));
    }
    this.batches.push(...batches);
    this.asked.push(...added);
    this.asked.sort((a, b) => a - b);
    if (this.hasBegun && this.cancelTimer === undefined) this.sendFrom(first, 0);
    return unasked.length - added.length;
  }

  /** A round of announcements is out. Nothing is sent yet when this returns. */
  ask(): void {
    this.hasBegun = true;
    if (this.cancelTimer === undefined) this.sendFrom(0, 0); // else the round before is still going out
  }

  /** Sends nothing any more. */
  cancel(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.batches.length = 0;
  }

  private sendFrom(index: number, pauseMs: number): void {
    const batch = this.batches[index];
    this.cancelTimer =
      batch === undefined
        ? undefined
        : this.clock.setTimer(pauseMs, () => {
            this.send(batch);
            if (index >= this.sentOnce) {
              this.sentOnce = index + 1;
              this.sentOnceAt = this.clock.elapsed();
            }
            this.sendFrom(index + 1, PAUSE_MS);
          });
  }

  private send(batch: PreparedBatch): void {
    try {
      const { accepted, failure } = batch.send();
      this.accepted += Math.max(0, accepted) || 0; // a sink is another's code
      this.refusal ??= failure;
    } catch (error) {
      this.refusal ??= messageOf(error);
    }
  }
}
