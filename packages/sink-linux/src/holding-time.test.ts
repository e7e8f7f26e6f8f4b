import { expect, it } from 'vitest';
import { makingTimeNs } from './holding-time.js';

it.each([
  [0, 0],
  [15, 0],
  [25, 4500],
  [100, 38_250],
  [1e9, 1_000_000],
])('a hypervisor that may be held %d us leaves %d ns for making frames', (holdUs, ns) => {
  expect(makingTimeNs(holdUs)).toBe(ns);
});
