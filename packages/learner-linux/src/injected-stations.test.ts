import { type Station, stationOf } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { InjectedStations } from './injected-stations.js';

const station = (last: number, vlan?: number): Station =>
  stationOf(MacAddress.of(`52:54:00:00:00:0${last}`), vlan === undefined ? undefined : VlanId.of(vlan));

describe('InjectedStations', () => {
  it.each<[string, Station, Station, { byMac: boolean; ageMs: number }, boolean]>([
    ['seen before the injection', station(1), station(1), { byMac: false, ageMs: 500 }, false],
    ['seen at the injection', station(1), station(1), { byMac: false, ageMs: 100 }, false],
    ['seen hardly after it', station(1), station(1), { byMac: false, ageMs: 70 }, false],
    ['seen clearly after it', station(1), station(1), { byMac: false, ageMs: 69 }, true],
    ['another MAC', station(1), station(2), { byMac: false, ageMs: 100 }, true],
    ['another VLAN', station(1, 10), station(1, 20), { byMac: false, ageMs: 100 }, true],
    ['the same VLAN', station(1, 10), station(1, 10), { byMac: false, ageMs: 100 }, false],
    ['any VLAN, where entries are MACs', station(1, 10), station(1), { byMac: true, ageMs: 100 }, false],
  ])('%s', (_what, injected, entry, { byMac, ageMs }, kept) => {
    const ours = new InjectedStations(16);
    ours.add([injected], 900);
    const entries = [{ station: entry, ageMs }];
    expect(ours.seenSince(entries, byMac, 1000)).toEqual(kept ? entries : []);
  });

  it('takes the latest injection of a MAC', () => {
    const ours = new InjectedStations(16);
    ours.add([station(1, 10)], 0);
    ours.add([station(1, 20)], 900);
    ours.add([station(1, 10)], 950);
    expect(ours.seenSince([{ station: station(1), ageMs: 60 }], true, 1000)).toEqual([]);
  });

  it('forgets the oldest beyond its capacity', () => {
    const ours = new InjectedStations(2);
    ours.add([station(1), station(2), station(1), station(3)], 900);
    const entries = [1, 2, 3].map((last) => ({ station: station(last), ageMs: 100 }));
    expect(ours.seenSince(entries, false, 1000)).toEqual([entries[1]]);
  });
});
