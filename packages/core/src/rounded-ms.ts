/** Milliseconds to the microsecond: finer is noise. */
export const roundedMs = (ms: number): number => Math.round(ms * 1000) / 1000;
