import type { AskedAddress } from '@nic-herald/core';
import { IpAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { mergeAsked } from './merge-asked.js';

const asked = (...of: readonly (readonly [last: number, ageMs: number])[]): readonly AskedAddress[] =>
  of.map(([last, ageMs]) => ({ address: IpAddress.of(`192.0.2.${last}`), ageMs }));

describe('mergeAsked', () => {
  it.each([
    ['nothing', [], []],
    ['each once, by when it was asked for last', asked([1, 9], [2, 5], [1, 3]), asked([1, 3], [2, 5])],
    ['those that were asked for long ago', asked([1, 1e9]), asked([1, 1e9])],
    ['those of one age in order', asked([2, 1], [1, 1]), asked([1, 1], [2, 1])],
    [
      'as many as a snapshot takes, the last ones',
      asked(...Array.from({ length: 12 }, (_, n): [number, number] => [n + 1, 12 - n])),
      asked(...Array.from({ length: 8 }, (_, n): [number, number] => [12 - n, n + 1])),
    ],
  ])('gives %s', (_, given, wanted) => {
    expect(mergeAsked(given)).toEqual(wanted);
  });
});
