import { IpAddress } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import { mergeTimes, type Rival } from './rival.js';
import { RivalMemory } from './rival-memory.js';

const seen = (number: number, times: readonly number[], over: Partial<Rival> = {}): Rival => ({
  kind: 'port',
  mac: mac(number),
  where: 'eth0',
  times,
  ...over,
});

describe('RivalMemory', () => {
  it('keeps the latest times of a place, each sighting once', () => {
    const memory = new RivalMemory();
    memory.remember('br0', [seen(1, [1000])]);
    memory.remember('br0', [seen(1, [1020])]);
    memory.remember('br0', [seen(1, [3000]), seen(1, [3000], { where: 'eth1' })]);
    expect(memory.ofMac('br0', mac(1)).map(({ where, times }) => [where, times])).toEqual([
      ['eth0', [3000, 1020]],
      ['eth1', [3000]],
    ]);
    expect(memory.ofMac('br1', mac(1))).toEqual([]);
    expect(memory.ofMac('br0', mac(2))).toEqual([]);
  });

  it('remembers as long as it is claimed, and no longer', () => {
    const memory = new RivalMemory();
    const address = IpAddress.of('192.0.2.1');
    memory.remember('br0', [seen(1, [1]), seen(2, [1]), seen(9, [1], { address })]);
    memory.keep(new Map([['br0', { macs: new Set([mac(1)]), addresses: new Set([address]) }]]));
    expect([memory.ofMac('br0', mac(1)), memory.ofMac('br0', mac(2))].map(({ length }) => length)).toEqual([
      1, 0,
    ]);
    expect(memory.ofAddress('br0', address)).toHaveLength(1);
    memory.keep(new Map());
    expect(memory.ofAddress('br0', address)).toEqual([]);
  });

  it('is bounded: what was not seen for longest makes room', () => {
    const memory = new RivalMemory();
    memory.remember(
      'br0',
      Array.from({ length: 20_000 }, (_, index) => seen(1, [index], { where: String(index) })),
    );
    const kept = memory.ofMac('br0', mac(1));
    expect(kept).toHaveLength(16_384);
    expect(kept.some(({ where }) => where === '19999')).toBe(true);
    expect(kept.some(({ where }) => where === '0')).toBe(false);
  });
});

describe('mergeTimes', () => {
  it('gives the latest first, and no more than four', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5000 })),
        fc.array(fc.integer({ min: 0, max: 5000 })),
        (a, b) => {
          const merged = mergeTimes(a, b);
          expect(merged.length).toBeLessThanOrEqual(4);
          expect(merged).toEqual([...merged].sort((one, other) => other - one));
          expect(merged[0]).toBe([...a, ...b].sort((one, other) => other - one)[0]);
        },
      ),
    );
  });
});
