import type { Snapshot } from '@nic-herald/core';

/** An entry as it lies in a store. */
interface Copy {
  readonly snapshot: Snapshot;
  readonly ageMs: number;
}

/**
 * One entry of each host, where several stores have some of the same: that of the highest epoch, then the one written
 * last by its writer's clock, then the one that names more stations (a store may have had room for fewer), then the
 * younger one, then the first. The hosts stand as they first come.
 */
export const onePerHost = <T extends Copy>(copies: readonly T[]): readonly T[] => {
  const best = new Map<string, T>();
  for (const copy of copies) {
    const known = best.get(copy.snapshot.host);
    if (known === undefined || isNewer(copy, known)) best.set(copy.snapshot.host, copy);
  }
  return [...best.values()];
};

const isNewer = (a: Copy, b: Copy): boolean => {
  const by =
    a.snapshot.epoch - b.snapshot.epoch ||
    (a.snapshot.writtenAt ?? -1) - (b.snapshot.writtenAt ?? -1) ||
    stationsOf(a) - stationsOf(b) ||
    b.ageMs - a.ageMs;
  return by > 0;
};

const stationsOf = ({ snapshot }: Copy): number =>
  snapshot.nics.reduce((sum, { learned }) => sum + learned.length, 0);
