import { HeraldError } from '../herald-error.js';

/** When the rounds of an announcement are sent; QEMU's four announce parameters, with its meaning of them. */
export interface AnnounceTiming {
  /** Pause after the first round, ms, 0 to 100 000. */
  readonly initialMs: number;
  /** Longest pause, ms, 0 to 100 000. */
  readonly maxMs: number;
  /** Rounds in all, 0 to 1000; 0 announces nothing. */
  readonly rounds: number;
  /** How much each pause is longer than the one before, ms, 1 to 10 000. */
  readonly stepMs: number;
}

/** QEMU's defaults (migration parameters announce-*): rounds at 0, 50, 200, 450 and 800 ms. */
export const DEFAULT_ANNOUNCE_TIMING: AnnounceTiming = { initialMs: 50, maxMs: 550, rounds: 5, stepMs: 100 };

/** The ranges `migrate-set-parameters` accepts, measured on QEMU 7.2 (a step of 0 is refused there too). */
export const ANNOUNCE_TIMING_RANGES: Readonly<Record<keyof AnnounceTiming, readonly [number, number]>> = {
  initialMs: [0, 100_000],
  maxMs: [0, 100_000],
  rounds: [0, 1000],
  stepMs: [1, 10_000],
};

/** Returns the timing unchanged, or throws HERALD_ANNOUNCE_TIMING naming the member, its range and the value. */
export const checkAnnounceTiming = (timing: AnnounceTiming): AnnounceTiming => {
  for (const [member, [least, most]] of Object.entries(ANNOUNCE_TIMING_RANGES)) {
    const value = timing[member as keyof AnnounceTiming];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new HeraldError(
        'HERALD_ANNOUNCE_TIMING',
        `announce timing: ${member} must be a whole number from ${least} to ${most}, got ${String(value)}`,
        { details: { member, least, most, value: String(value) } },
      );
    }
  }
  return timing;
};
