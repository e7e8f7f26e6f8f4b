import type { LearnedStation } from '@nic-herald/core';
import { withOlderAddresses } from './with-older-addresses.js';

/** A learned station so many ms later: it, its addresses and those it asked for are older by that much. */
export const olderStation = (station: LearnedStation, byMs: number): LearnedStation => ({
  ...withOlderAddresses(station, byMs),
  ageMs: station.ageMs + byMs,
});
