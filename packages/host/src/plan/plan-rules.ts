import type { AnnounceHandler, AnnouncementKind } from '@nic-herald/core';
import type { JudgeContext } from './judge-candidate.js';

/** What planning needs besides the evidence. */
export interface PlanRules extends JudgeContext {
  /** The model's announce handler; absent: what the policy sends for each candidate. */
  readonly handler?: AnnounceHandler | undefined;
  /** The kinds of frame this host can encode, by name. */
  readonly kinds: ReadonlyMap<string, AnnouncementKind>;
}
