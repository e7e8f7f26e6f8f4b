import { expect, it } from 'vitest';
import { BoundedCounts } from './bounded-counts.js';

it('counts the labels beyond the first hundred as one', () => {
  const counts = new BoundedCounts();
  for (let label = 0; label < 1000; label++) counts.add(`l${label}`);
  counts.add('l7', 4);
  counts.add('l900');
  expect(Object.keys(counts.all)).toHaveLength(101);
  expect(counts.all).toMatchObject({ l7: 5, l99: 1, other: 901 });
});

it('counts a label that is the name of a member of objects', () => {
  const counts = new BoundedCounts();
  counts.add('constructor');
  counts.add('__proto__');
  expect(Object.entries(counts.all)).toEqual([
    ['constructor', 1],
    ['__proto__', 1],
  ]);
});
