import type { Announcement, FrameChannel, HeraldError, Incompleteness, Refusal } from '@nic-herald/core';
import type { NicPlan } from '@nic-herald/core/internal';

/** One NIC of a prepared announcement. */
export interface PreparedNic {
  readonly plan: NicPlan;
  readonly sink?: string;
  readonly channel?: FrameChannel;
  /** Why its frames would not have left when it was looked at last; absent: they would. */
  readonly problem?: HeraldError;
  /** What of the plan lies ready or was sent: all of it, or nothing where there is no way. */
  readonly announced: readonly Announcement[];
  /** What was found on the card afterwards and sent with the rest. */
  readonly added: readonly Announcement[];
  /** Sent, and no more: the card here does not hold them and nobody saw them, or their address is lost by now. */
  readonly withdrawn: readonly Announcement[];
  /** Why the card's lists are not all, by the hand-off and by the card here. */
  readonly incomplete: readonly Incompleteness[];
  /** What the plan refused, and what was refused of what was found afterwards. */
  readonly refused: readonly Refusal[];
}
