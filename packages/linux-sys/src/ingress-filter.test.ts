import { describe, expect, it } from 'vitest';
import { freePriority, ourFilter } from './ingress-filter.js';
import type { TrafficFilter } from './traffic-control.js';

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
    ['another kind at 2', [filter({ kind: 'u32', priority: 2 })], 1],
    ["Open vSwitch's policing", [filter({ kind: 'basic', priority: 49 })], 10],
    ["libvirt's policing", [filter({ kind: 'u32', priority: 49152 })], 10],
    ['another kind in another chain', [filter({ kind: 'u32', chain: 7 })], 10],
    ['one of ours', [filter({ name: 'nic-herald-learn' })], 10],
    [
      'one of ours behind another kind',
      [filter({ name: 'nic-herald-learn', priority: 10 }), filter({ kind: 'u32', priority: 3 })],
      2,
    ],
    ['none', [], 10],
  ])('%s', (_what, others, expected) => {
    expect(freePriority(others)).toBe(expected);
  });
});

describe('ourFilter', () => {
  it.each<[TrafficFilter, ReturnType<typeof ourFilter>]>([
    [filter({}), undefined],
    [filter({ name: 'nic-herald' }), undefined],
    [filter({ name: 'nic-herald-learn+htb' }), undefined],
    [filter({ name: 'my-nic-herald-learn' }), undefined],
    [filter({ name: 'nic-herald-learn', kind: 'u32' }), undefined],
    [filter({ name: 'nic-herald-learn' }), { program: 'learn' }],
    [filter({ name: 'nic-herald-learn+clsact' }), { program: 'learn', made: 'clsact' }],
    [filter({ name: 'nic-herald-arm+ingress' }), { program: 'arm', made: 'ingress' }],
  ])('%j: %j', (one, expected) => {
    expect(ourFilter(one)).toEqual(expected);
  });
});
