import type { AnnounceTiming } from '../announce/announce-timing.js';

/** What an announcement on demand may choose. */
export interface AnnounceRequest {
  /** Ids of the NICs to announce; absent: all. An unknown id is an error. */
  readonly nics?: readonly string[];
  /** Replaces parts of the policy's timing. */
  readonly timing?: Partial<AnnounceTiming>;
  readonly signal?: AbortSignal;
}
