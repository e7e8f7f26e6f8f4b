import type { SwitchPart } from './switch-part.js';

/**
 * How urgent frames are; the more urgent always go first, also where another part of a switch takes them in.
 * - 0: the primary stations' first frames of round 1
 * - 1: the other stations' first frames of round 1
 * - 2: what else round 1 has, and what was found afterwards
 * - 3: the later rounds
 */
export type Urgency = 0 | 1 | 2 | 3;

/** Frames that wait to be handed over: at least one. */
export interface PacedFrames {
  /** Whose they are: owners of equally urgent frames share what may be sent. */
  readonly owner: object;
  readonly urgency: Urgency;
  /** Absent: `hardware`. */
  readonly part?: SwitchPart;
  readonly count: number;
  /**
   * Hands `count` of them over, from the one at `first` on; called in their order, each once. `waitedMs` is above 0
   * where they had to wait because no more might be sent before. Must not throw.
   */
  send(first: number, count: number, waitedMs: number): void;
}
