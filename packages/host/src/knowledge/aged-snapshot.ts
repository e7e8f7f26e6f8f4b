import type { Snapshot } from '@nic-herald/core';
import { olderStation } from './older-station.js';

/**
 * A snapshot as it is worth by now, `ageMs` after it was written. What was learned is older by that much: what is too
 * old may live elsewhere, and the planner leaves it out. What a card held counts as long as its host tells that it
 * still does, which it does three times in `maxAgeMs`.
 */
export const agedSnapshot = (snapshot: Snapshot, ageMs: number, maxAgeMs: number): Snapshot => ({
  ...snapshot,
  nics: snapshot.nics.map(({ state, elsewhere, ...nic }) => ({
    ...nic,
    ...(elsewhere === undefined
      ? {}
      : { elsewhere: elsewhere.map((each) => ({ ...each, ageMs: each.ageMs + ageMs })) }),
    learned: nic.learned.map((each) => olderStation(each, ageMs)),
    ...(state === undefined || ageMs > maxAgeMs ? {} : { state }),
  })),
});
