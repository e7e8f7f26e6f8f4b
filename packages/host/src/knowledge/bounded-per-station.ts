import type { LearnedStation } from '@nic-herald/core';

/**
 * Learned stations with at most `most` entries of one kind in all. Where they have more, the first of each station
 * stays before the second of any, the second before the third: a station that makes up addresses takes none of
 * another's first.
 */
export const boundedPerStation = (
  stations: readonly LearnedStation[],
  list: 'addresses' | 'asked',
  most: number,
): readonly LearnedStation[] => {
  const counts = stations.map(({ [list]: entries }) => entries?.length ?? 0);
  if (counts.reduce((sum, count) => sum + count, 0) <= most) return stations;
  const kept = counts.map(() => 0);
  let left = most;
  for (let rank = 0; left > 0; rank++) {
    for (const [index, count] of counts.entries()) {
      if (count <= rank || left === 0) continue;
      kept[index] = rank + 1;
      left -= 1;
    }
  }
  return stations.map(({ [list]: entries = [], ...station }, index) => {
    const first = entries.slice(0, kept[index]);
    return first.length === 0 ? station : { ...station, [list]: first };
  });
};
