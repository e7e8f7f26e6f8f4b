import type { Candidate, FilterView, GuestPolicy } from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';

/** Candidates that fit, in sending order, and those that do not. */
export interface Limited {
  readonly kept: readonly Candidate[];
  readonly left: readonly Candidate[];
}

/** Most stations of a NIC: the primary always has its place. */
export const mostStations = ({ maxStations }: Pick<GuestPolicy, 'maxStations'>): number =>
  Math.max(1, maxStations);

/**
 * Keeps at most `most` of the candidates, which come in sending order. What the guest's card itself lists is
 * kept before what was merely seen, each of its MACs where it was seen last: a guest that sends from ever new
 * addresses, or on ever new VLANs, must not push out its own. It also goes out before it: of a burst as long as
 * such a plan a switch may lose the end.
 */
export const withinLimit = (inOrder: readonly Candidate[], filter: FilterView, most: number): Limited => {
  if (inOrder.length <= most) return { kept: inOrder, left: [] };
  const listed = new Set<MacAddress>([...filter.unicast, ...(filter.exact ?? []).map(({ mac }) => mac)]);
  const rankOf = ({ evidence, station }: Candidate): number => {
    if (evidence === 'primary') return 0;
    if (evidence === 'paired') return 3;
    return evidence === 'filter' || listed.delete(station.mac) ? 1 : 2; // seen: the latest alone
  };
  const ranks = new Map(inOrder.map((candidate) => [candidate, rankOf(candidate)]));
  const byRank = [...inOrder].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0)); // stable
  const chosen = new Set(byRank.slice(0, most));
  return {
    kept: [...chosen],
    left: inOrder.filter((candidate) => !chosen.has(candidate)),
  };
};
