import type { DeviceRegion } from '@nic-herald/core';
import type { NamedWords } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { NIC } from '../../test/sample-nic.js';
import { checkNamedWords, rangeOf } from './named-words.js';

const words = (bar: number, offset: number, count: number): NamedWords => ({ bar, offset, count });

describe('words named', () => {
  it.each<[string, readonly NamedWords[], string]>([
    [
      'a BAR that no card has',
      [words(7, 0, 1)],
      '7:0x0:1 is no run of words (BAR:OFFSET:COUNT): BAR must be',
    ],
    ['a BAR that is no number', [words(Number.NaN, 0, 1)], 'BAR must be'],
    [
      'an offset between words',
      [words(0, 2, 1)],
      '0:0x2:1 is no run of words (BAR:OFFSET:COUNT): OFFSET must',
    ],
    ['an offset before the region', [words(0, -4, 1)], 'OFFSET must be a multiple of 4, from 0'],
    ['an offset beyond all numbers', [words(0, 2 ** 60, 1)], 'OFFSET must be'],
    ['no words', [words(0, 0, 0)], 'COUNT must be a whole number from 1 to 1024'],
    ['too many words', [words(0, 0, 1), words(0, 0, 1025)], '0:0x0:1025 is no run of words'],
    ['half a word', [words(0, 0, 1.5)], 'COUNT must be'],
    ['too many runs', Array<NamedWords>(65).fill(words(0, 0, 1)), '65 runs of words were named; at most 64'],
  ])('are refused: %s', (_, all, message) => {
    expect(() => checkNamedWords(all)).toThrow(
      expect.objectContaining({
        code: 'HERALD_RECORD_WORDS',
        message: expect.stringContaining(message) as unknown,
      }),
    );
  });

  it('are taken up to the bounds', () => {
    expect(() => checkNamedWords(Array<NamedWords>(64).fill(words(6, 0, 1024)))).not.toThrow();
  });

  const regions: readonly DeviceRegion[] = [
    { bar: 0, kind: 'memory', address: 0xfebc_0000, size: 0x100 },
    { bar: 1, kind: 'io', address: 0xc000, size: 0x100 },
    { bar: 2, kind: 'memory', size: 0x100 },
  ];

  it.each<[string, NamedWords]>([
    ['a BAR that the card does not have', words(3, 0, 1)],
    ['ports', words(1, 0, 1)],
    ['beyond the end', words(0, 0xfc, 2)],
    ['beyond the end of what is not mapped', words(2, 0x100, 1)],
  ])('are in no memory of the card: %s', (_, named) => {
    expect(() => rangeOf(named, NIC, regions)).toThrow(
      expect.objectContaining({
        code: 'HERALD_RECORD_WORDS',
        message: expect.stringContaining(
          'is in no memory region of nic0 (virtio-net-pci), which has BAR 0 (memory, 256 bytes), BAR 1 (io, 256 bytes), BAR 2 (memory, 256 bytes)',
        ) as unknown,
      }),
    );
  });

  it('lie in memory where the guest has mapped the region', () => {
    expect(rangeOf(words(0, 0xf8, 2), NIC, regions)).toEqual({ address: 0xfebc_00f8, words: 2 });
    expect(rangeOf(words(2, 0, 1), NIC, regions)).toBeUndefined();
  });
});
