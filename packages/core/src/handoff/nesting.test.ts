import { describe, expect, it } from 'vitest';
import { isNestedDeeperThan } from './nesting.js';

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('isNestedDeeperThan', () => {
  it.each<[string, unknown, number]>([
    ['nothing', undefined, 0],
    ['null', null, 0],
    ['a text', 'x', 0],
    ['an empty list', [], 1],
    ['a list of numbers', [1, 2, 3], 1],
    ['an object in a list', [{}, 1], 2],
    ['lists in objects', { a: { b: [1] }, c: 1 }, 3],
    ['as many as a stack cannot take', nested(200_000), 200_000],
  ])('counts the levels of %s', (_, value, depth) => {
    expect(isNestedDeeperThan(depth, value)).toBe(false);
    if (depth > 0) expect(isNestedDeeperThan(depth - 1, value)).toBe(true);
  });

  it('stops at the bound, however wide what lies below it is', () => {
    const wide = { a: Array.from({ length: 1000 }, () => nested(100)) };
    expect(isNestedDeeperThan(3, wide)).toBe(true);
  });
});
