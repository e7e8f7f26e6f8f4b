import type { EgressFilter, Station } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { expect, it } from 'vitest';
import { filteredOf } from './filtered-of.js';

const own = MacAddress.of('52:54:00:00:00:01');
const other = MacAddress.of('52:54:00:00:00:02');
const filter = (over: Partial<EgressFilter>): EgressFilter => ({
  name: 'f',
  primaryMacOnly: false,
  untaggedOnly: false,
  ...over,
});
const tagged = (mac: MacAddress): Station => ({ mac, vlan: 7 as NonNullable<Station['vlan']> });

it.each<[string, EgressFilter | undefined, Station, boolean]>([
  ['another MAC, where only its own may pass', filter({ primaryMacOnly: true }), { mac: other }, true],
  ['a tagged frame, where none may pass', filter({ untaggedOnly: true }), tagged(own), true],
  ['its own MAC', filter({ primaryMacOnly: true, untaggedOnly: true }), { mac: own }, false],
  ['its own MAC, tagged', filter({ primaryMacOnly: true }), tagged(own), false],
  ['another MAC, where only tags matter', filter({ untaggedOnly: true }), { mac: other }, false],
  ['anything, where there is no filter', undefined, tagged(other), false],
])('drops %s', (_, egress, station, drops) => {
  const verdict = filteredOf({ primaryMac: own, ...(egress === undefined ? {} : { egress }) }, station);
  expect(verdict?.reason).toBe(drops ? 'host-filter' : undefined);
});
