import fc from 'fast-check';
import { expect, it } from 'vitest';
import { correctionOf, differenceOf, narrowed } from './clock-difference.js';

it.each([
  ['one clock, a quick write', { before: 1000, stored: 1002, after: 1004 }, 0],
  ['one clock, a slow write', { before: 1000, stored: 1010, after: 31_000 }, 0],
  ['one clock, all in one moment', { before: 1000, stored: 1000, after: 1000 }, 0],
  ['ten minutes behind', { before: 700_000, stored: 100_002, after: 700_005 }, -599_998],
  ['ten minutes ahead', { before: 100_000, stored: 700_002, after: 100_005 }, 599_997],
  ['behind by less than a write took', { before: 50_000, stored: 45_000, after: 80_000 }, -5000],
  ['ahead by less than a write took', { before: 50_000, stored: 79_000, after: 80_000 }, 0],
  ['this host was set back meanwhile', { before: 700_000, stored: 100_500, after: 100_000 }, 0],
])('%s: corrects by what is certain', (_, stamp, correction) => {
  expect(correctionOf(differenceOf(stamp))).toBe(correction);
});

it('corrects by nothing where nothing was measured', () => {
  expect(correctionOf(undefined)).toBe(0);
});

it.each([
  [
    'a slow one after a quick one',
    { least: -10, most: 5 },
    { least: -30_000, most: 3 },
    { least: -10, most: 3 },
  ],
  [
    'a quick one after a slow one',
    { least: -30_000, most: 3 },
    { least: -10, most: 5 },
    { least: -10, most: 3 },
  ],
  ['one that touches', { least: 0, most: 5 }, { least: 5, most: 9 }, { least: 5, most: 5 }],
  [
    'a clock that was set',
    { least: -10, most: 5 },
    { least: 60_000, most: 60_001 },
    { least: 60_000, most: 60_001 },
  ],
])('%s tells what both tell, or else the later', (_, known, measured, both) => {
  expect(narrowed(known, measured)).toEqual(both);
});

it('never corrects beyond the difference there is', () => {
  const ms = fc.integer({ min: 0, max: 1e7 });
  fc.assert(
    fc.property(ms, ms, ms, fc.integer({ min: -1e7, max: 1e7 }), (before, first, second, difference) => {
      const stored = before + first + difference;
      const correction = correctionOf(differenceOf({ before, stored, after: before + first + second }));
      expect(Math.abs(correction)).toBeLessThanOrEqual(Math.abs(difference));
      expect(correction * difference).toBeGreaterThanOrEqual(0);
      expect(Math.abs(difference - correction)).toBeLessThanOrEqual(first + second);
    }),
  );
});
