import type { KernelCost } from './learner-bench.js';

/** How many pairs of a measurement count, and how many before them warm up. */
export interface PairedRounds {
  readonly pairs: number;
  readonly warmUp: number;
}

/** What something costs that is there or not: both measured in turn, in pairs, as ns for a frame. */
export const pairedCost = async (
  what: string,
  { pairs: count, warmUp }: PairedRounds,
  measure: { readonly without: () => number; readonly with: () => Promise<number> },
): Promise<KernelCost> => {
  const pairs: [without: number, with_: number][] = [];
  for (let pair = -warmUp; pair < count; pair++) {
    // In turn which goes first: what drifts during the run then cancels out.
    const first = pair % 2 === 0 ? measure.without() : await measure.with();
    const second = pair % 2 === 0 ? await measure.with() : measure.without();
    if (pair >= 0) pairs.push(pair % 2 === 0 ? [first, second] : [second, first]);
  }
  return {
    what,
    nsWithout: pairs.map(([without]) => without),
    nsWith: pairs.map(([, with_]) => with_),
    nsAdded: pairs.map(([without, with_]) => with_ - without),
    rate: pairs.map(([without, with_]) => without / with_),
  };
};
