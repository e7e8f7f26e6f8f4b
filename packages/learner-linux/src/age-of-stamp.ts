const NS_PER_MS = 1e6;

/**
 * How old a stamp of the program in the kernel is, ms: eight bytes of CLOCK_MONOTONIC, the clock that
 * process.hrtime.bigint() reads. Infinity where it was never made; one made after the clock was read is not in
 * the future: 0.
 */
export const ageOfStampMs = (view: DataView, offset: number, nowNs: bigint): number => {
  const stamp = view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
  if (stamp === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, Number(nowNs) - stamp) / NS_PER_MS; // exact to 2 ns for half a year of uptime
};
