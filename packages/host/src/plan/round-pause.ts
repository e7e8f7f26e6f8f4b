import type { AnnounceTiming } from '@nic-herald/core/internal';

/**
 * How long to wait after a round, ms; QEMU's rule (net/announce.c, measured on 7.2.22): after the k-th round
 * `initial + (k - 1) * step`, and `max` where that is below 0 or above `max`. With the defaults the rounds
 * leave at 0, 50, 200, 450 and 800 ms. Where the timing has pauses of its own, these go first.
 */
export const roundPause = (timing: AnnounceTiming, round: number): number => {
  const own = timing.pausesMs?.[round - 1];
  if (own !== undefined) return own;
  const pause = timing.initialMs + (round - 1) * timing.stepMs;
  return pause < 0 || pause > timing.maxMs ? timing.maxMs : pause;
};
