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
  /**
   * The pauses after the first rounds, ms, in place of those that the other members give; after the last of them those go
   * on. 0 to 100 000 each, at most 1000. Absent: none.
   */
  readonly pausesMs?: readonly number[];
}

/** The members that QEMU has, too. */
export type AnnounceTimingNumber = Exclude<keyof AnnounceTiming, 'pausesMs'>;

/** QEMU's defaults (migration parameters announce-*): rounds at 0, 50, 200, 450 and 800 ms. */
export const DEFAULT_ANNOUNCE_TIMING: AnnounceTiming = { initialMs: 50, maxMs: 550, rounds: 5, stepMs: 100 };

/** The ranges `migrate-set-parameters` accepts, measured on QEMU 7.2 (a step of 0 is refused there too). */
export const ANNOUNCE_TIMING_RANGES: Readonly<Record<AnnounceTimingNumber, readonly [number, number]>> = {
  initialMs: [0, 100_000],
  maxMs: [0, 100_000],
  rounds: [0, 1000],
  stepMs: [1, 10_000],
};

/** Returns the timing unchanged, or throws HERALD_ANNOUNCE_TIMING naming the member, its range and the value. */
export const checkAnnounceTiming = (timing: AnnounceTiming): AnnounceTiming => {
  for (const [member, [least, most]] of Object.entries(ANNOUNCE_TIMING_RANGES)) {
    requireWithin(member, timing[member as AnnounceTimingNumber], [least, most]);
  }
  const { pausesMs = [] } = timing;
  requireWithin('the number of pausesMs', pausesMs.length, [0, MOST_PAUSES]);
  for (const pauseMs of pausesMs) requireWithin('pausesMs', pauseMs, ANNOUNCE_TIMING_RANGES.maxMs);
  return timing;
};

const MOST_PAUSES = 1000;

const requireWithin = (member: string, value: number, [least, most]: readonly [number, number]): void => {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new HeraldError(
    'HERALD_ANNOUNCE_TIMING',
    `announce timing: ${member} must be a whole number from ${least} to ${most}, got ${String(value)}`,
    { details: { member, least, most, value: String(value) } },
  );
};

/** A timing with some members replaced: a pause that is stated brings back the pauses by the rule. */
export const timingWith = (
  timing: AnnounceTiming,
  given: { readonly [K in keyof AnnounceTiming]?: AnnounceTiming[K] | undefined },
): AnnounceTiming => {
  const isRuled = [given.initialMs, given.maxMs, given.stepMs].some((each) => each !== undefined);
  const { pausesMs, ...ruled } = timing;
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...ruled, ...(isRuled || pausesMs === undefined ? {} : { pausesMs }), ...stated };
};
