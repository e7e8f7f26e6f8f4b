import type { LearnedStation } from '@nic-herald/core';

/**
 * Learned stations with at most `most` IP addresses in all. Where they have more, the latest proved of each station
 * stays before the second of any, the second before the third: a station that makes up addresses takes none of
 * another's first.
 */
export const boundedAddresses = (
  stations: readonly LearnedStation[],
  most: number,
): readonly LearnedStation[] => {
  const counts = stations.map(({ addresses }) => addresses?.length ?? 0);
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
  return stations.map(({ addresses = [], ...station }, index) => {
    const latest = addresses.slice(0, kept[index]);
    return latest.length === 0 ? station : { ...station, addresses: latest };
  });
};
