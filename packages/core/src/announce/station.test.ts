import { MacAddress, VlanId } from '@nic-herald/wire';
import { expect, it } from 'vitest';
import { stationKey, stationOf } from './station.js';

const MAC = MacAddress.of('52:54:00:00:00:01');

it('keys stations by MAC and VLAN', () => {
  expect(stationKey(stationOf(MAC))).toBe('52:54:00:00:00:01');
  expect(stationKey(stationOf(MAC, VlanId.of(10)))).toBe('52:54:00:00:00:01/10');
});

it('has no VLAN member where it is untagged', () => {
  expect(stationOf(MAC, undefined)).toStrictEqual({ mac: MAC });
});
