/** VLANs from the first to the last, both included, 1 to 4094. */
export type VlanRange = readonly [first: number, last: number];

/** The same VLANs in rising order; ranges that touch are one. */
export const joinedVlanRanges = (ranges: readonly VlanRange[]): readonly VlanRange[] => {
  const apart: VlanRange[] = [];
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    const before = apart.at(-1);
    if (before === undefined || first > before[1] + 1) apart.push([first, last]);
    else apart[apart.length - 1] = [before[0], Math.max(before[1], last)];
  }
  return apart;
};
