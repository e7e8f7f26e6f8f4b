import { HeraldError } from '../herald-error.js';

/** How fast frames of one kind may leave. */
export interface FrameRate {
  /** Frames per second in the long run, 1 to 10 000 000. */
  readonly framesPerSecond: number;
  /** Frames that may leave at once after a pause, and the most in one call, 1 to 1024. */
  readonly burst: number;
}

/**
 * How fast a host may send announcements, all its guests together. The receiver is the limit: a switch that is given
 * more new addresses than it can take in loses some, and the sender hears of no error. What queries a guest is not counted: no
 * switch sees it.
 */
export interface AnnouncePacing extends FrameRate {
  /**
   * How fast frames may leave that the processor of a switch looks at, beside those that it learns from in hardware: ARP, and
   * what is ICMPv6 or IGMP. Absent: that of `DEFAULT_ANNOUNCE_PACING`.
   */
  readonly arp?: FrameRate;
}

/**
 * What an Open vSwitch with its userspace datapath was measured to take in without a loss. For ARP and ND half of what
 * SONiC lets through to its processor (600 a second for both together, copp_cfg.j2), the lowest limit that a
 * common switch has by default for all ports together: the other half is for another host's, and for what guests send themselves.
 */
export const DEFAULT_ANNOUNCE_PACING: Required<AnnouncePacing> = {
  framesPerSecond: 20_000,
  burst: 64,
  arp: { framesPerSecond: 300, burst: 64 },
};

/** The ranges of the members, both ends included. */
export const ANNOUNCE_PACING_RANGES: Readonly<Record<keyof FrameRate, readonly [number, number]>> = {
  framesPerSecond: [1, 10_000_000],
  burst: [1, 1024],
};

/** Returns the pacing unchanged, or throws HERALD_ANNOUNCE_PACING naming the member, its range and the value. */
export const checkAnnouncePacing = (pacing: AnnouncePacing): AnnouncePacing => {
  checkRate(pacing, '');
  if (pacing.arp !== undefined) checkRate(pacing.arp, 'arp.');
  return pacing;
};

const checkRate = (rate: FrameRate, of: string): void => {
  for (const [name, [least, most]] of Object.entries(ANNOUNCE_PACING_RANGES)) {
    const value = rate[name as keyof FrameRate];
    if (!Number.isInteger(value) || value < least || value > most) {
      const member = `${of}${name}`;
      throw new HeraldError(
        'HERALD_ANNOUNCE_PACING',
        `announce pacing: ${member} must be a whole number from ${least} to ${most}, got ${String(value)}`,
        { details: { member, least, most, value: String(value) } },
      );
    }
  }
};
