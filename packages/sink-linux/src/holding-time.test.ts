import { expect, it } from 'vitest';
import { makingTimeNs } from './holding-time.js';

it.each([
  [0, 0],
  [35, 0], // of three cards or more
  [45, 4500],
  [100, 29_250],
  [1e9, 1_000_000],
])('a hypervisor that may be held %d us leaves %d ns for making frames', (holdUs, ns) => {
  expect(makingTimeNs(holdUs)).toBe(ns);
});
