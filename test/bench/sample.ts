/** Measurements of one thing, at least one. */
export type Sample = readonly number[];

const sorted = (sample: Sample): number[] => [...sample].sort((a, b) => a - b);

export const median = (sample: Sample): number => sorted(sample)[Math.floor(sample.length / 2)] ?? Number.NaN;

/** What that share of a sample is not above, 0 to 1. */
export const quantile = (sample: Sample, share: number): number =>
  sorted(sample)[Math.max(0, Math.ceil(sample.length * share) - 1)] ?? Number.NaN;

/** The range of a sample. */
export const summary = (sample: Sample): { readonly low: number; readonly high: number } => {
  const all = sorted(sample);
  return { low: all[0] ?? Number.NaN, high: all.at(-1) ?? Number.NaN };
};

/** Where the median of a longer series would lie, in 95 of 100 cases, whatever the distribution (order statistics). */
export const medianInterval = (sample: Sample): { readonly low: number; readonly high: number } => {
  const all = sorted(sample);
  const reach = 0.98 * Math.sqrt(all.length);
  const low = Math.max(0, Math.floor(all.length / 2 - reach));
  const high = Math.min(all.length - 1, Math.ceil(all.length / 2 + reach));
  return { low: all[low] ?? Number.NaN, high: all[high] ?? Number.NaN };
};
