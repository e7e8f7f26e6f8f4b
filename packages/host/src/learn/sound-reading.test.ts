import type { LearnedAddress, LearnedStations, MulticastReports } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { answered, asserted, having, ipv4 } from '../../test/sample-addresses.js';
import { learned } from '../../test/sample-nic.js';
import { soundReading } from './sound-reading.js';

const reading = (over: Partial<Record<keyof LearnedStations, unknown>>): LearnedStations =>
  ({ stations: [], exactVlans: true, capacity: 8, ...over }) as LearnedStations;
const addressesOf = (addresses: unknown): readonly LearnedAddress[] | undefined =>
  soundReading(reading({ stations: [{ ...learned(1), addresses }] })).stations[0]?.addresses;
const reportsOf = (multicastReports: unknown): readonly MulticastReports[] | undefined =>
  soundReading(reading({ multicastReports })).reports;

describe('soundReading', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no object', 'station'],
    ['no station', { ageMs: 1 }],
    ['null for one', { ...learned(1), station: null }],
    ['no MAC', { ...learned(1), station: { vlan: 1 } }],
    ['no age', { ...learned(1), ageMs: undefined }],
  ])('leaves out a station that is none, and no other: %s', (_, bad) => {
    expect(soundReading(reading({ stations: [bad, learned(2), bad] })).stations).toStrictEqual([learned(2)]);
  });

  it.each<[string, unknown]>([
    ['nothing at all', undefined],
    ['null', null],
    ['no address', { ...asserted(1), address: undefined }],
    ['a name', { ...asserted(1), address: 'web-1' }],
    ['a group', { ...asserted(1), address: '239.1.1.1' }],
    ['loopback', { ...asserted(1), address: '127.0.0.1' }],
    ['no address yet', { ...asserted(1), address: '::' }],
    ['one not in its form', { ...asserted(1), address: '2001:DB8::1' }],
    ['a proof that is none', { ...asserted(1), proof: 'routed' }],
    ['no proof', { ...asserted(1), proof: undefined }],
    ['no age', asserted(1, Number.NaN)],
    ['an age for ever', asserted(1, Number.POSITIVE_INFINITY)],
    ['an age to come', asserted(1, -0.5)],
  ])('leaves out an address that is none, and not its station: %s', (_, bad) => {
    expect(addressesOf([bad, answered(2, 5), bad])).toEqual([answered(2, 5)]);
    expect(soundReading(reading({ stations: [{ ...learned(1), addresses: [bad] }] })).stations).toStrictEqual(
      [learned(1)],
    );
  });

  it.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['a word', 'many'],
    ['an empty list', []],
  ])('has no addresses where a learner gives %s', (_, addresses) => {
    expect(soundReading(reading({ stations: [{ ...learned(1), addresses }] })).stations).toStrictEqual([
      learned(1),
    ]);
  });

  it('keeps each address once, whatever its age, and no members that nobody knows', () => {
    const many = [answered(1, 3), { ...asserted(1, 9e9), seenBy: 'x' }, asserted('2001:db8::1', 4)];
    expect(addressesOf(many)).toStrictEqual([asserted('2001:db8::1', 4), asserted(1, 9e9)]);
  });

  it.each([true, false, undefined, 'yes', null, 1])('takes %s for whether it is a router', (router) => {
    const expected = typeof router === 'boolean' ? { ...asserted(1), router } : asserted(1);
    expect(addressesOf([{ ...asserted(1), router }])).toStrictEqual([expected]);
  });

  it('keeps 64 addresses of a station, the latest proved', () => {
    const kept = addressesOf(Array.from({ length: 1000 }, (_, number) => asserted(number, 1000 - number)));
    expect([kept?.length, kept?.[0]?.address]).toEqual([64, ipv4(999)]);
  });

  it('keeps the addresses of a MAC whose VLAN is not known', () => {
    expect(soundReading(reading({ exactVlans: false, stations: [having(learned(1), asserted(1))] }))).toEqual(
      {
        stations: [{ ...having(learned(1), asserted(1)), vlanUnknown: true }],
        capacity: reading({}).capacity,
      },
    );
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['VLAN 0', { vlan: 0, igmp: 1, mld: 1 }],
    ['VLAN 4095', { vlan: 4095, igmp: 1, mld: 1 }],
    ['a VLAN in words', { vlan: '10', igmp: 1, mld: 1 }],
    ['a count below zero', { igmp: -1, mld: 1 }],
    ['half a report', { igmp: 1, mld: 0.5 }],
    ['no count', { igmp: 1 }],
    ['a count for ever', { igmp: Number.POSITIVE_INFINITY, mld: 1 }],
    ['a VLAN a second time', { vlan: 20, igmp: 7, mld: 7 }],
  ])('leaves out a count that is none: %s', (_, bad) => {
    const good = { vlan: 20, igmp: 1, mld: 2 };
    expect(reportsOf([good, bad, { igmp: 3, mld: 0, by: 'x' }])).toStrictEqual([good, { igmp: 3, mld: 0 }]);
  });

  it.each<[string, unknown, MulticastReports[] | undefined]>([
    ['nobody counts', undefined, undefined],
    ['what is no list', { igmp: 1, mld: 1 }, undefined],
    ['nothing was told', [], []],
  ])('tells nobody counts from nothing told: %s', (_, given, expected) => {
    expect(reportsOf(given)).toEqual(expected);
  });

  it('counts no more VLANs than there are', () => {
    const all = Array.from({ length: 5000 }, (_, vlan) => (vlan === 0 ? {} : { vlan: (vlan % 4094) + 1 }));
    expect(reportsOf(all.map((each) => ({ ...each, igmp: 1, mld: 1 })))).toHaveLength(4095);
  });
});
