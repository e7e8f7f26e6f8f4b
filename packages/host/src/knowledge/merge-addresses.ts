import { type LearnedAddress, MAX_SNAPSHOT_ADDRESSES } from '@nic-herald/core';
import type { IpAddress } from '@nic-herald/wire';

/** How many times `learnedMaxAgeMs` an address is remembered: past one it is stale, which the planner tells. */
const REMEMBERED_FOR = 2;

/**
 * Each IP address of a station once, by its best proof and the age of that proof: one that only answers for an
 * address does not renew that it once spoke from it. A proof that still counts beats one older than `maxAgeMs`.
 * The latest proved first and, in number, as many as a snapshot takes; nothing older than twice `maxAgeMs`.
 *
 * What was read last stands first in `addresses`: of what they say about being a router the first has it, whatever
 * its proof.
 */
export const mergeAddresses = (
  addresses: readonly LearnedAddress[],
  maxAgeMs: number,
): readonly LearnedAddress[] => {
  const best = new Map<IpAddress, LearnedAddress>();
  for (const each of addresses) {
    if (each.ageMs > REMEMBERED_FOR * maxAgeMs) continue;
    const known = best.get(each.address);
    best.set(each.address, known === undefined ? each : together(known, each, maxAgeMs));
  }
  return [...best.values()].sort(byProof).slice(0, MAX_SNAPSHOT_ADDRESSES).sort(byAge);
};

const together = (last: LearnedAddress, before: LearnedAddress, maxAgeMs: number): LearnedAddress => {
  const { router: _, ...better } = byWorth(last, before, maxAgeMs) < 0 ? last : before;
  const router = last.router ?? before.router;
  return router === undefined ? better : { ...better, router };
};

const byWorth = (a: LearnedAddress, b: LearnedAddress, maxAgeMs: number): number =>
  Number(a.ageMs > maxAgeMs) - Number(b.ageMs > maxAgeMs) ||
  Number(a.proof === 'answered') - Number(b.proof === 'answered') ||
  a.ageMs - b.ageMs;

/** What the guest spoke from stays, where there is no room for all. */
const byProof = (a: LearnedAddress, b: LearnedAddress): number =>
  Number(a.proof === 'answered') - Number(b.proof === 'answered') || byAge(a, b);

const byAge = (a: LearnedAddress, b: LearnedAddress): number =>
  a.ageMs - b.ageMs || (a.address < b.address ? -1 : 1);
