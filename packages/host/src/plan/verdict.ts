import type { Refusal } from '@nic-herald/core';
import type { RefusalReason } from '@nic-herald/core/internal';

/** Why a candidate may not be announced, with more words where there are any. */
export interface Verdict {
  readonly reason: RefusalReason;
  readonly detail?: string;
  /** Where it was seen in place of here. */
  readonly seen?: NonNullable<Refusal['seen']>;
}
