import { stationKey } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { decodeForwarding } from './decode-forwarding.js';

const address = (last: number): Uint8Array => Uint8Array.of(0x52, 0x54, 0, 0, 0, last);

describe('decodeForwarding', () => {
  it.each([
    ['a group address', [{ address: Uint8Array.of(1, 0, 0, 0, 0, 1), ageMs: 0 }], undefined, []],
    ['a zero address', [{ address: new Uint8Array(6), ageMs: 0 }], undefined, []],
    ['a VLAN that cannot be', [{ address: address(1), vlan: 4095, ageMs: 0 }], 1, []],
    ['no VLAN', [{ address: address(1), ageMs: 0 }], undefined, ['52:54:00:00:00:01']],
    ['the VLAN of untagged frames', [{ address: address(1), vlan: 7, ageMs: 0 }], 7, ['52:54:00:00:00:01']],
    ['another VLAN', [{ address: address(1), vlan: 22, ageMs: 0 }], 7, ['52:54:00:00:00:01/22']],
    [
      'a port without untagged frames',
      [{ address: address(1), vlan: 1, ageMs: 0 }],
      undefined,
      ['52:54:00:00:00:01/1'],
    ],
    [
      'the latest first',
      [
        { address: address(1), ageMs: 20 },
        { address: address(2), ageMs: 10 },
      ],
      undefined,
      ['52:54:00:00:00:02', '52:54:00:00:00:01'],
    ],
  ])('%s', (_what, entries, untaggedVlan, expected) => {
    const stations = decodeForwarding(entries, untaggedVlan);
    expect(stations.map(({ station }) => stationKey(station))).toEqual(expected);
  });
});
