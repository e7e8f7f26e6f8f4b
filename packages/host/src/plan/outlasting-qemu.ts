import type { AnnounceTiming } from '@nic-herald/core/internal';
import { roundPause } from './round-pause.js';

/** By then QEMU has sent its last frame where its announce parameters are the default ones, ms after RESUME. */
const QEMU_ENDS_MS = 800;
/** How much later a frame must leave to come after QEMU's for sure, ms. */
const SPARE_MS = 100;
const MOST_ROUNDS = 1000;

/**
 * The same timing with as many more rounds as it takes to end after QEMU. QEMU announces the MAC that a card was configured
 * with, also where the guest uses it at another card: the last frame must be ours. One that announces nothing stays.
 */
export const outlastingQemu = (timing: AnnounceTiming): AnnounceTiming => {
  let { rounds } = timing;
  if (rounds === 0) return timing;
  let lastMs = 0;
  for (let round = 1; round < rounds; round++) lastMs += roundPause(timing, round);
  while (lastMs < QEMU_ENDS_MS + SPARE_MS && rounds < MOST_ROUNDS) {
    lastMs += roundPause(timing, rounds);
    rounds += 1;
  }
  return { ...timing, rounds };
};
