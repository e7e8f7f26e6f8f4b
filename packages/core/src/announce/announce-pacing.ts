import { HeraldError } from '../herald-error.js';

/**
 * How fast a host may send announcements, all its guests together. The receiver is the limit: a switch that is given
 * more new addresses than it can take in loses some, and the sender hears of no error.
 */
export interface AnnouncePacing {
  /** Frames per second in the long run, 1 to 10 000 000. */
  readonly framesPerSecond: number;
  /** Frames that may leave at once after a pause, and the most in one call, 1 to 1024. */
  readonly burst: number;
}

/** What an Open vSwitch with its userspace datapath was measured to take in without a loss. */
export const DEFAULT_ANNOUNCE_PACING: AnnouncePacing = { framesPerSecond: 20_000, burst: 64 };

/** The ranges of the members, both ends included. */
export const ANNOUNCE_PACING_RANGES: Readonly<Record<keyof AnnouncePacing, readonly [number, number]>> = {
  framesPerSecond: [1, 10_000_000],
  burst: [1, 1024],
};

/** Returns the pacing unchanged, or throws HERALD_ANNOUNCE_PACING naming the member, its range and the value. */
export const checkAnnouncePacing = (pacing: AnnouncePacing): AnnouncePacing => {
  for (const [member, [least, most]] of Object.entries(ANNOUNCE_PACING_RANGES)) {
    const value = pacing[member as keyof AnnouncePacing];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new HeraldError(
        'HERALD_ANNOUNCE_PACING',
        `announce pacing: ${member} must be a whole number from ${least} to ${most}, got ${String(value)}`,
        { details: { member, least, most, value: String(value) } },
      );
    }
  }
  return pacing;
};
