import type { TrafficFilter } from '@nic-herald/linux-sys';
import { describe, expect, it } from 'vitest';
import { freePriority, isLearnFilter } from './ingress-filter.js';

const filter = (fields: Partial<TrafficFilter>): TrafficFilter => ({
  priority: 1,
  handle: 1,
  kind: 'bpf',
  allProtocols: true,
  chain: 0,
  ...fields,
});

describe('freePriority', () => {
  it.each<[string, TrafficFilter[], number]>([
    ['another kind at 1', [filter({ kind: 'u32' })], 2],
    ['bpf for one protocol at 1', [filter({ allProtocols: false })], 2],
    ['other kinds at 1 and 2', [filter({ kind: 'u32' }), filter({ kind: 'flower', priority: 2 })], 3],
    ['bpf for all protocols at 1', [filter({})], 1],
    ['another kind behind', [filter({ kind: 'u32', priority: 49152 })], 1],
    ['another kind in another chain', [filter({ kind: 'u32', chain: 7 })], 1],
    ['none', [], 1],
  ])('%s', (_what, others, expected) => {
    expect(freePriority(others)).toBe(expected);
  });
});

describe('isLearnFilter', () => {
  it.each<[TrafficFilter, boolean]>([
    [filter({}), false],
    [filter({ name: 'nic-herald' }), false],
    [filter({ name: 'nic-herald-learn', kind: 'u32' }), false],
    [filter({ name: 'nic-herald-learn' }), true],
    [filter({ name: 'nic-herald-learn+clsact' }), true],
  ])('%j: %s', (one, expected) => {
    expect(isLearnFilter(one)).toBe(expected);
  });
});
