import type { GuestPhase, HostStats } from '@nic-herald/core';
import type { Counts } from '@nic-herald/core/internal';
import type { PortLearning } from '../learn/guest-learning.js';
import type { ResidenceState } from '../residence/residence.js';
import { BoundedCounts } from './bounded-counts.js';

/** What is counted of one guest. */
export interface GuestStanding {
  readonly phase: GuestPhase;
  readonly residence: ResidenceState;
  readonly nics: { readonly withPort: number; readonly withoutPort: number };
  readonly learning: readonly PortLearning[];
}

/** How many guests stand where, and how it is learned at their ports. */
export const censusOf = (guests: readonly GuestStanding[]): Pick<HostStats, 'guests' | 'learning'> => ({
  guests: {
    byPhase: counted(guests.map(({ phase }) => phase)),
    byResidence: counted(guests.map(({ residence }) => residence)),
    nics: {
      withPort: sumOf(guests.map(({ nics }) => nics.withPort)),
      withoutPort: sumOf(guests.map(({ nics }) => nics.withoutPort)),
    },
  },
  learning: learningAt(guests.flatMap(({ learning }) => learning)),
});

const learningAt = (ports: readonly PortLearning[]): HostStats['learning'] => ({
  byLearner: counted(ports.map(({ learner = 'none' }) => learner)),
  stations: sumOf(ports.map(({ stations = 0 }) => stations)),
  capacity: sumOf(ports.map(({ capacity = 0 }) => capacity)),
  fullest: ports.reduce((most, { stations = 0, capacity }) => {
    return capacity === undefined ? most : Math.max(most, stations / capacity);
  }, 0),
});

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

const counted = <Label extends string>(labels: readonly Label[]): Counts<Label> => {
  const counts = new BoundedCounts<Label>();
  for (const label of labels) counts.add(label);
  return counts.all;
};
