import { type AskedAddress, MAX_SNAPSHOT_ASKED } from '@nic-herald/core';

/**
 * The addresses a station asked for, each once, the last first, and as many as a snapshot takes. They grow old and stay: a guest that
 * speaks with its router all the time has no reason to ask for it again, and an old question claims nothing.
 */
export const mergeAsked = (asked: readonly AskedAddress[]): readonly AskedAddress[] => {
  const latest = new Map<string, AskedAddress>();
  for (const each of asked) {
    const known = latest.get(each.address);
    if (known === undefined || each.ageMs < known.ageMs) latest.set(each.address, each);
  }
  return [...latest.values()].sort(byAge).slice(0, MAX_SNAPSHOT_ASKED);
};

const byAge = (a: AskedAddress, b: AskedAddress): number =>
  a.ageMs - b.ageMs || (a.address < b.address ? -1 : 1);
