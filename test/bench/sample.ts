/** Measurements of one thing, at least one. */
export type Sample = readonly number[];

const sorted = (sample: Sample): number[] => [...sample].sort((a, b) => a - b);

export const median = (sample: Sample): number => sorted(sample)[Math.floor(sample.length / 2)] ?? Number.NaN;

/** The range of a sample. */
export const summary = (sample: Sample): { readonly low: number; readonly high: number } => {
  const all = sorted(sample);
  return { low: all[0] ?? Number.NaN, high: all.at(-1) ?? Number.NaN };
};
