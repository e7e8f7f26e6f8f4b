import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { believedEpoch } from './believed-epoch.js';

const MOST = Number.MAX_SAFE_INTEGER;
const said = (epochs: readonly number[], isFresh = true) => epochs.map((epoch) => ({ epoch, isFresh }));

describe('believedEpoch', () => {
  it.each<[string, readonly number[], number, number]>([
    ['one out of all bounds, alone', [MOST], 0, 0],
    ['one out of all bounds beside a true one', [MOST, 3], 0, 3],
    ['one out of all bounds where one is known', [MOST], 7, 7],
    ['one too far ahead of the others', [3, 5000], 0, 3],
    ['one too far ahead of what is known', [5000], 3, 3],
    ['nothing', [], 0, 0],
    ['nothing new', [], 9, 9],
    ['just not too far ahead', [3, 1027], 0, 1027],
    ['step by step', [1, 1000, 2000, 3000], 0, 3000],
    ['a guest that moved often, alone', [70_000], 0, 70_000],
    ['lower than what is known', [2, 3], 9, 9],
  ])('of %s', (_, epochs, known, highest) => {
    expect(believedEpoch(said(epochs), known)).toBe(highest);
  });

  it('goes by what was written lately, where nothing is known here', () => {
    expect(believedEpoch([...said([3], false), ...said([5000])], 0)).toBe(5000);
    expect(believedEpoch([...said([3], false), ...said([MOST])], 0)).toBe(3);
  });

  it('can always be counted on from, and is never below what is known', () => {
    const epoch = fc.oneof(fc.nat(5000), fc.integer({ min: 0, max: MOST }));
    fc.assert(
      fc.property(fc.array(epoch), fc.nat(100_000), fc.boolean(), (epochs, known, isFresh) => {
        const highest = believedEpoch(said(epochs, isFresh), known);
        expect(highest).toBeGreaterThanOrEqual(known);
        expect(Number.isSafeInteger(highest + 1)).toBe(true);
        expect([...epochs, known, 0]).toContain(highest);
      }),
    );
  });
});
