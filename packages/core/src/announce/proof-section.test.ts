import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { isProved } from './proof-section.js';

type Value = 'yes' | 'no' | 'cannot-tell';

describe('isProved', () => {
  it.each<[local: Value, traffic: Value, witness: Value, expected: boolean]>([
    ['yes', 'cannot-tell', 'cannot-tell', false],
    ['no', 'yes', 'cannot-tell', false],
    ['yes', 'yes', 'no', false],
    ['yes', 'no', 'yes', false],
    ['cannot-tell', 'yes', 'cannot-tell', true],
    ['cannot-tell', 'cannot-tell', 'yes', true],
    ['yes', 'yes', 'cannot-tell', true],
  ])('local %s, traffic %s, witness %s: %s', (local, traffic, witness, expected) => {
    const station = {
      mac: MacAddress.of('52:54:00:00:00:01'),
      local: { value: local },
      traffic: { value: traffic },
      witness: { value: witness },
    };
    expect(isProved(station)).toBe(expected);
  });
});
