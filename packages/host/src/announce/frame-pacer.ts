import type { Clock, FrameGrant } from '@nic-herald/core';
import { type AnnouncePacing, DEFAULT_ANNOUNCE_PACING } from '@nic-herald/core/internal';
import { FrameLane } from './frame-lane.js';
import type { Settle } from './kernel-loan.js';
import type { PacedFrames } from './paced-frames.js';
import type { SwitchPart } from './switch-part.js';

/**
 * Holds back what would be more than the switches can take in: one per host, for all its guests together. What a switch learns from
 * in hardware has one pace, and what its processor looks at another: see `FrameLane`. No second frame
 * goes before any station's first one.
 */
export class FramePacer {
  private readonly hardware: FrameLane;
  private readonly processor: FrameLane;
  private readonly lanes: Readonly<Record<SwitchPart, FrameLane>>;

  constructor(pacing: AnnouncePacing, clock: Clock) {
    this.hardware = new FrameLane(pacing, clock);
    this.processor = new FrameLane(pacing.arp ?? DEFAULT_ANNOUNCE_PACING.arp, clock, this.hardware);
    this.lanes = { hardware: this.hardware, processor: this.processor };
  }

  /**
   * Takes frames over. Urgency 0 is handed over before this returns, as far as may be; the others at the end of
   * the turn at the earliest, when the first frames of all guests that resumed in it are out. Returns how to take
   * back what has not left yet.
   */
  submit(frames: PacedFrames): () => void {
    return this.lanes[frames.part ?? 'hardware'].submit(frames);
  }

  /** Goes on at another pace: what waits leaves by it as well. */
  changePace(pacing: AnnouncePacing): void {
    this.hardware.changePace(pacing);
    this.processor.changePace(pacing.arp ?? DEFAULT_ANNOUNCE_PACING.arp);
  }

  /** Whether so many frames may leave now, in one call: they then count as sent. Not where anybody's wait. */
  grant({ hardware, processor }: Readonly<Record<SwitchPart, number>>): boolean {
    if (!this.hardware.holds(hardware) || !this.processor.holds(processor)) return false;
    this.hardware.spend(hardware);
    this.processor.spend(processor);
    return true;
  }

  /** Most frames that may leave at once. */
  mostAtOnce(part: SwitchPart): number {
    return this.lanes[part].most;
  }

  /** How many of so many frames may be armed to leave without a grant: all, unless a second could not make up for them. */
  ungranted(frames: number, part: SwitchPart): number {
    return this.lanes[part].ungranted(frames);
  }

  /**
   * An announcement is armed that draws from this grant, with so many frames that need none. To be called with what became of it, which
   * is quick.
   */
  armed(part: SwitchPart, grant: FrameGrant | undefined, ungranted: number): Settle {
    return this.lanes[part].armed(grant, ungranted);
  }

  /**
   * Hands over at once what would wait for the end of the turn: for a guest beside which no other can resume in it.
   * What waits for tokens goes on waiting.
   */
  hasten(): void {
    this.hardware.hasten();
    this.processor.hasten();
  }

  /** Whether first frames of any guest wait: work that can wait should, since it would stand in front of them. */
  get owesFirsts(): boolean {
    return this.hardware.owesFirsts || this.processor.owesFirsts;
  }

  /** How many frames wait. */
  get backlog(): number {
    return this.hardware.backlog + this.processor.backlog;
  }
}
