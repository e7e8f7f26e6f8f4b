import type { LearnedAddress } from '@nic-herald/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answered, asserted, ipv4 } from '../../test/sample-addresses.js';
import { mergeAddresses } from './merge-addresses.js';

const MAX_AGE_MS = 1000;
const says = (address: LearnedAddress, router: boolean): LearnedAddress => ({ ...address, router });

describe('mergeAddresses', () => {
  it.each<[string, LearnedAddress[], LearnedAddress[]]>([
    ['nothing', [], []],
    ['nothing older than twice the bound', [asserted(1, 2001), answered(2, 9e9)], []],
    ['what is stale, for a while', [asserted(1, 2000)], [asserted(1, 2000)]],
    ['the latest first', [asserted(1, 9), answered(2, 3)], [answered(2, 3), asserted(1, 9)]],
    ['each once, by its latest proof', [asserted(1, 9), asserted(1, 3), asserted(1, 5)], [asserted(1, 3)]],
    ['by the better proof at its own age', [answered(1, 1), asserted(1, 900)], [asserted(1, 900)]],
    ['a proof that counts before one that is stale', [asserted(1, 1001), answered(1, 1)], [answered(1, 1)]],
    ['the better of two that are stale', [answered(1, 1001), asserted(1, 1900)], [asserted(1, 1900)]],
    [
      'what it said last about being a router, whatever its proof',
      [says(answered(1, 5), false), says(asserted(1, 9), true)],
      [says(asserted(1, 9), false)],
    ],
    [
      'what it said before, where it said nothing since',
      [asserted(1, 5), says(answered(1, 9), true)],
      [says(asserted(1, 5), true)],
    ],
    [
      'addresses of both versions',
      [asserted('2001:db8::1', 2), asserted('192.0.2.1', 1)],
      [asserted('192.0.2.1', 1), asserted('2001:db8::1', 2)],
    ],
  ])('keeps %s', (_, addresses, expected) => {
    expect(mergeAddresses(addresses, MAX_AGE_MS)).toEqual(expected);
  });

  it('keeps the latest proved of more than a snapshot takes', () => {
    const addresses = Array.from({ length: 1000 }, (_, number) => asserted(number, 999 - number));
    const kept = mergeAddresses(addresses, MAX_AGE_MS);
    expect(kept).toHaveLength(64);
    expect([kept[0]?.address, kept.at(-1)?.address]).toEqual([ipv4(999), ipv4(936)]);
  });

  const some = fc.array(
    fc
      .tuple(fc.nat(4), fc.boolean(), fc.nat(2200))
      .map(([number, isAnswer, ageMs]) => (isAnswer ? answered(number, ageMs) : asserted(number, ageMs))),
    { maxLength: 10 },
  );

  it('gives the same whatever the order and however often it merges', () => {
    fc.assert(
      fc.property(some, some, (one, other) => {
        const all = mergeAddresses([...one, ...other], MAX_AGE_MS);
        expect(mergeAddresses([...one, ...other].toReversed(), MAX_AGE_MS)).toEqual(all);
        expect(mergeAddresses([...mergeAddresses(other, MAX_AGE_MS), ...one], MAX_AGE_MS)).toEqual(all);
        expect(mergeAddresses(all, MAX_AGE_MS)).toEqual(all);
        expect(new Set(all.map(({ address }) => address)).size).toBe(all.length);
      }),
    );
  });
});
