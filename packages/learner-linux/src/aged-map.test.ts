import { describe, expect, it } from 'vitest';
import { oldestKeys } from './aged-map.js';

/** Entries with a key of one word and a value of two stamps. */
const entriesOf = (...entries: readonly (readonly [key: number, first: bigint, second: bigint])[]) => ({
  count: entries.length,
  keys: new Uint8Array(Uint32Array.from(entries.map(([key]) => key)).buffer),
  values: new Uint8Array(BigUint64Array.from(entries.flatMap(([, ...stamps]) => stamps)).buffer),
});
const keysOf = (bytes: Uint8Array): readonly number[] => [...new Uint32Array(bytes.buffer)];
const shape = { keyBytes: 4, valueBytes: 16 } as const;

describe('oldestKeys', () => {
  it.each<[string, number, readonly number[], readonly number[]]>([
    ['none of none', 0, [0], []],
    ['the one of least time', 1, [0], [3]],
    ['several in their order', 2, [0], [3, 1]],
    ['all where more are asked for', 9, [0], [3, 1, 2, 4]],
    ['by the latest of several stamps', 2, [0, 8], [1, 3]],
  ])('gives %s', (_, most, stamps, expected) => {
    const entries = entriesOf([1, 20n, 0n], [2, 2n ** 33n, 0n], [3, 10n, 30n], [4, 2n ** 33n + 1n, 1n]);
    expect(keysOf(oldestKeys(entries, { ...shape, stamps }, most))).toEqual(expected);
  });
});
