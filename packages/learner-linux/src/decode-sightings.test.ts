import { stationKey } from '@nic-herald/core';
import { IpAddress, MacAddress } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSightings } from './decode-sightings.js';

interface Sighting {
  readonly vid: number;
  readonly mac: string;
  readonly lastSeenNs: bigint;
}

const entriesOf = (sightings: readonly Sighting[]) => {
  const keys = new Uint8Array(sightings.length * 8);
  const values = new Uint8Array(sightings.length * 16);
  for (const [index, { vid, mac, lastSeenNs }] of sightings.entries()) {
    new DataView(keys.buffer).setUint16(index * 8, vid, true);
    MacAddress.write(MacAddress.of(mac), keys, index * 8 + 2);
    new DataView(values.buffer).setBigUint64(index * 16, lastSeenNs, true);
  }
  return { count: sightings.length, keys, values };
};

describe('decodeSightings', () => {
  it.each<[string, Sighting[], bigint, [string, number][]]>([
    ['nothing', [], 5n, []],
    ['the reserved VLAN 4095', [{ vid: 4095, mac: '52:54:00:00:00:01', lastSeenNs: 0n }], 5n, []],
    ['more than twelve bits of VLAN', [{ vid: 4096, mac: '52:54:00:00:00:01', lastSeenNs: 0n }], 5n, []],
    [
      'untagged and tagged, the latest first',
      [
        { vid: 0, mac: '52:54:00:00:00:01', lastSeenNs: 1_000_000_000n },
        { vid: 4094, mac: '52:54:00:00:00:01', lastSeenNs: 3_000_000_000n },
        { vid: 1, mac: 'fe:dc:ba:98:76:54', lastSeenNs: 2_000_000_000n },
      ],
      4_000_000_000n,
      [
        ['52:54:00:00:00:01/4094', 1000],
        ['fe:dc:ba:98:76:54/1', 2000],
        ['52:54:00:00:00:01', 3000],
      ],
    ],
    [
      'one seen after the clock was read: no age below zero',
      [{ vid: 0, mac: '52:54:00:00:00:01', lastSeenNs: 7_000_000_000n }],
      6_000_000_000n,
      [['52:54:00:00:00:01', 0]],
    ],
    [
      'half a year of uptime',
      [{ vid: 0, mac: '52:54:00:00:00:01', lastSeenNs: 15_552_000_000_000_001n }],
      15_552_000_001_000_001n,
      [['52:54:00:00:00:01', 1]],
    ],
  ])('%s', (_what, sightings, nowNs, expected) => {
    const stations = decodeSightings(entriesOf(sightings), nowNs);
    expect(stations.map(({ station, ageMs }) => [stationKey(station), ageMs])).toEqual(expected);
  });

  it('gives each station its addresses and whom it asked for, and leaves out those of stations that it does not know', () => {
    const known = { vid: 7, mac: '52:54:00:00:00:01', lastSeenNs: 1n };
    const address = { address: IpAddress.of('192.0.2.1'), proof: 'asserted', ageMs: 0 } as const;
    const [keyOfKnown, keyOfOther] = [0x0100_0000_5452_0007n, 0x0200_0000_5452_0007n];
    const addresses = new Map([
      [keyOfKnown, [address]],
      [keyOfOther, [address]],
    ]);
    const router = { address: IpAddress.of('192.0.2.254'), ageMs: 5 };
    const asked = new Map([
      [keyOfKnown, [router]],
      [keyOfOther, [router]],
    ]);
    const stations = decodeSightings(entriesOf([known, { ...known, vid: 8 }]), 1n, { addresses, asked });
    expect(stations.map((one) => [stationKey(one.station), one.addresses, one.asked])).toEqual([
      ['52:54:00:00:00:01/7', [address], [router]],
      ['52:54:00:00:00:01/8', undefined, undefined],
    ]);
  });

  it('never throws, and orders by age, whatever stands in the map', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }).chain((n) => fc.tuple(bytes(n * 8), bytes(n * 16))),
        ([keys, values]) => {
          const stations = decodeSightings({ count: keys.length / 8, keys, values }, 2n ** 63n);
          const ages = stations.map(({ ageMs }) => ageMs);
          expect(ages).toEqual([...ages].sort((a, b) => a - b));
          expect(ages.every((age) => age >= 0)).toBe(true);
        },
      ),
    );
  });
});
