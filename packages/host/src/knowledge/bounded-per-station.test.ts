import { describe, expect, it } from 'vitest';
import { asserted, having } from '../../test/sample-addresses.js';
import { learned } from '../../test/sample-nic.js';
import { boundedPerStation } from './bounded-per-station.js';

const MANY = having(learned(1), ...[1, 2, 3, 4, 5].map((number) => asserted(number)));
const TWO = having(learned(2), asserted(6), asserted(7));
const NONE = learned(3);

describe('boundedPerStation', () => {
  it.each<[number, number, number]>([
    [0, 0, 0],
    [1, 1, 0],
    [2, 1, 1],
    [3, 2, 1],
    [4, 2, 2],
    [5, 3, 2],
    [6, 4, 2],
    [7, 5, 2],
    [8, 5, 2],
  ])('of two stations with 5 and 2 it keeps of %i in all %i and %i', (most, ofMany, ofTwo) => {
    const kept = boundedPerStation([MANY, NONE, TWO], 'addresses', most);
    expect(kept.map(({ addresses = [] }) => addresses)).toEqual([
      MANY.addresses?.slice(0, ofMany),
      [],
      TWO.addresses?.slice(0, ofTwo),
    ]);
    expect(kept.map(({ station }) => station)).toEqual([MANY, NONE, TWO].map(({ station }) => station));
  });

  it('bounds whom stations asked for in the same way, and leaves their addresses', () => {
    const ofTwo = (TWO.addresses ?? []).map(({ address, ageMs }) => ({ address, ageMs }));
    const asking = { ...TWO, asked: ofTwo };
    expect(boundedPerStation([asking, MANY], 'asked', 1)).toEqual([
      { ...TWO, asked: ofTwo.slice(0, 1) },
      MANY,
    ]);
  });

  it('leaves the member out where nothing is left', () => {
    expect(boundedPerStation([TWO], 'addresses', 0)).toStrictEqual([learned(2)]);
  });
});
