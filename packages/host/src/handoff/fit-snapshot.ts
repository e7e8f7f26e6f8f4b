import type { Snapshot } from '@nic-herald/core';

/** A snapshot as it fits, and how many learned stations it lacks. */
export interface FittedSnapshot {
  readonly snapshot: Snapshot;
  readonly leftOut: number;
}

/**
 * Makes a snapshot fit into so many bytes of JSON: learned stations are left out, those that were not seen for longest
 * first, those of a card's own MAC last. Primary MACs, the state of cards and what is foreign stay, and where these
 * alone are too large the store says so. So does it where a state is no JSON. Pure.
 */
export const fitSnapshot = (snapshot: Snapshot, maxBytes: number): FittedSnapshot => {
  const size = bytesOf(snapshot);
  if (size === undefined || size <= maxBytes) return { snapshot, leftOut: 0 };
  const stations = snapshot.nics.flatMap(({ learned, primaryMac }, nic) =>
    learned.map((each, index) => ({ nic, index, each, isOwn: each.station.mac === primaryMac })),
  );
  const inOrder = stations.sort(
    (a, b) => Number(a.isOwn) - Number(b.isOwn) || b.each.ageMs - a.each.ageMs || b.index - a.index,
  );
  const out = new Set<unknown>();
  const left = snapshot.nics.map(({ learned }) => learned.length);
  let excess = size - maxBytes;
  for (const { each, nic } of inOrder) {
    if (excess <= 0) break;
    out.add(each);
    left[nic] = (left[nic] ?? 0) - 1;
    const comma = left[nic] > 0 ? 1 : 0; // the last one of a list has none
    excess -= (bytesOf(each) ?? 0) + comma;
  }
  const nics = snapshot.nics.map((nic) => ({
    ...nic,
    learned: nic.learned.filter((each) => !out.has(each)),
  }));
  return { snapshot: { ...snapshot, nics }, leftOut: out.size };
};

/** Absent for what is no JSON. */
const bytesOf = (value: unknown): number | undefined => {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return undefined;
  }
};
