import type { Station } from '../announce/station.js';

/** A station seen as the source of the guest's own frames on its port. */
export interface LearnedStation {
  readonly station: Station;
  /** How long ago it was last seen, ms, 0 and up. An age, not a time: no clock is compared across hosts. */
  readonly ageMs: number;
}
