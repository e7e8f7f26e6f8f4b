import { describe, expect, it } from 'vitest';
import { wallAhead } from './wall-ahead.js';

/** A clock whose process loses its processor for so long before each look at the time of day. */
const heldUp = (...pausesMs: readonly number[]) => {
  const left = [...pausesMs];
  let passed = 0;
  return {
    elapsed: () => passed,
    now: () => {
      passed += left.shift() ?? 60;
      return passed + 1000;
    },
  };
};

describe('wallAhead', () => {
  it.each<[string, readonly number[], number]>([
    ['the first look', [0], 1000],
    ['the first that was not held up', [60, 20, 0.01], 1000.01],
    ['the quickest, where all were held up', [60, 20, 60, 60, 60], 1020],
  ])('takes %s', (_, pausesMs, expected) => {
    expect(wallAhead(heldUp(...pausesMs))).toBeCloseTo(expected, 6);
  });
});
