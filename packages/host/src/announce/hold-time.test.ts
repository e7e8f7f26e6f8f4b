import { expect, it } from 'vitest';
import { holdTimeUs } from './hold-time.js';

it.each([
  [1, 100],
  [2, 50],
  [4, 25],
  [5, 25],
  [8, 25],
])('of %d NICs each may hold its hypervisor for %d us', (nics, us) => {
  expect(holdTimeUs(nics)).toBe(us);
});
