import type { Clock } from '@nic-herald/core';

/** A look that took no longer is good enough, ms. */
const QUICK_MS = 0.05;
const MOST_LOOKS = 5;

/**
 * By how much the time of day is ahead of `Clock.elapsed`, ms. The process may lose its processor between looking at one and at the other: of
 * a few looks the quickest counts.
 */
export const wallAhead = (clock: Pick<Clock, 'now' | 'elapsed'>): number => {
  let best = { tookMs: Number.POSITIVE_INFINITY, aheadMs: 0 };
  for (let look = 0; look < MOST_LOOKS && best.tookMs > QUICK_MS; look++) {
    const before = clock.elapsed();
    const wall = clock.now();
    const tookMs = clock.elapsed() - before;
    if (tookMs < best.tookMs) best = { tookMs, aheadMs: wall - before };
  }
  return best.aheadMs;
};
