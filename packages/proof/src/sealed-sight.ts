import type { SealedFrame } from './sealed-frames.js';

/** Hears sealed announcements that come in at this host's uplinks. */
export interface SealedWatch {
  /** Follows uplinks that come and go. Resolves with how many there are; rejects where the system refuses one. */
  follow(): Promise<number>;
  /** Takes what came since the last time. Throws where the system refuses. */
  take(): readonly SealedFrame[];
  /** Ends it. Never throws. */
  close(): void;
}

/** What opens one; throws where the system refuses. */
export type SealedSight = () => SealedWatch;
