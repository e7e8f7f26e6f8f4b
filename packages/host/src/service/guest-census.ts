import type { GuestPhase, HostStats } from '@nic-herald/core';
import type { ResidenceState } from '../residence/residence.js';

/** How many guests stand where. */
export const censusOf = (
  guests: readonly { readonly phase: GuestPhase; readonly residence: ResidenceState }[],
): HostStats['guests'] => ({
  byPhase: counted(guests.map(({ phase }) => phase)),
  byResidence: counted(guests.map(({ residence }) => residence)),
});

const counted = <Label extends string>(labels: readonly Label[]): Partial<Record<Label, number>> => {
  const counts: Partial<Record<Label, number>> = {};
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
};
