import type { Snapshot } from '@nic-herald/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import { snapshotOf } from '../../test/test-host.js';
import { fitSnapshot } from './fit-snapshot.js';

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
/** A snapshot whose NICs learned these ages, each of a MAC of its own; a negative one is of the NIC's own MAC. */
const having = (...nics: readonly number[][]): Snapshot => {
  let next = 100;
  return snapshotOf({
    nics: nics.map((ages, index) => ({
      id: `nic${index}`,
      primaryMac: mac(index),
      model: 'fake-card',
      state: { macs: [mac(1)], vlans: [10] },
      foreign: [mac(9)],
      learned: ages.map((age) => ({
        station: { mac: age < 0 ? mac(index) : mac(next++ % 256) },
        ageMs: Math.abs(age),
      })),
    })),
  });
};
const agesOf = ({ nics }: Snapshot): number[][] =>
  nics.map(({ learned }) => learned.map(({ ageMs }) => ageMs));
const none = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  nics: snapshot.nics.map((nic) => ({ ...nic, learned: [] })),
});

describe('fitSnapshot', () => {
  it.each<[string, (whole: Snapshot) => number, number[][], number]>([
    ['all where it is just as large as may be', (whole) => bytes(whole), [[500, 10, 400], [300], [200]], 0],
    ['all but the oldest', (whole) => bytes(whole) - 1, [[10, 400], [300], [200]], 1],
    ['all but the two oldest', (whole) => bytes(whole) - 60, [[10], [300], [200]], 2],
    ['no station', (whole) => bytes(none(whole)), [[], [], []], 5],
    ['cards and primary MACs, however little room there is', () => 10, [[], [], []], 5],
  ])('keeps %s', (_, room, kept, leftOut) => {
    const whole = having([500, 10, 400], [300], [200]);
    const fitted = fitSnapshot(whole, room(whole));
    expect([agesOf(fitted.snapshot), fitted.leftOut]).toEqual([kept, leftOut]);
    expect(none(fitted.snapshot)).toEqual(none(whole));
  });

  it('leaves out the stations of own MACs last', () => {
    const whole = having([-900, 10], [-800, 20]);
    expect(agesOf(fitSnapshot(whole, bytes(none(whole)) + 120).snapshot)).toEqual([[900], [800]]);
  });

  it.each<[string, unknown]>([
    ['is no JSON', 1n],
    ['is nested too deep', JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))],
  ])('leaves it to the store to say that a state %s', (_, state) => {
    const whole = having([1]);
    const odd = { ...whole, nics: whole.nics.map((nic) => ({ ...nic, state })) };
    expect(fitSnapshot(odd, 10)).toEqual({ snapshot: odd, leftOut: 0 });
  });

  it('leaves out as few as it takes, however many there are', () => {
    const whole = having(Array.from({ length: 8192 }, (_, age) => age));
    const most = bytes(none(whole)) + 4096;
    const { snapshot } = fitSnapshot(whole, most);
    expect(bytes(snapshot)).toBeLessThanOrEqual(most);
    expect(bytes(snapshot)).toBeGreaterThan(most - 60); // one more has no room
  });

  it('fits wherever the cards do, and leaves out no younger one for an older one', () => {
    const ages = fc.array(fc.nat(1000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(ages, { minLength: 1, maxLength: 3 }), fc.nat(2000), (nics, room) => {
        const whole = having(...nics);
        const most = bytes(none(whole)) + room;
        const { snapshot, leftOut } = fitSnapshot(whole, most);
        expect(bytes(snapshot)).toBeLessThanOrEqual(most);
        const [before, kept] = [agesOf(whole).flat(), agesOf(snapshot).flat()];
        expect(before.length - kept.length).toBe(leftOut);
        const sorted = before.toSorted((a, b) => a - b);
        expect(kept.toSorted((a, b) => a - b)).toEqual(sorted.slice(0, kept.length));
      }),
    );
  });
});
