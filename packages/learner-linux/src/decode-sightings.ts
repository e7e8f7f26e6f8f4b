import { type LearnedStation, stationOf } from '@nic-herald/core';
import type { BpfMapEntries } from '@nic-herald/linux-sys';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { ageOfStampMs } from './age-of-stamp.js';
import type { AddressesByStation } from './decode-addresses.js';
import type { QuestionsByStation } from './decode-questions.js';
import { STATIONS_MAP } from './learn-program.js';

const MAC_OFFSET = 2;

/** What is known of stations besides that they were seen. */
export interface KnownOfStations {
  readonly addresses?: AddressesByStation;
  readonly asked?: QuestionsByStation;
}

/**
 * What the program in the kernel wrote, the latest seen first. `nowNs` is CLOCK_MONOTONIC. An entry of the
 * reserved VLAN 4095 is left out: no station can be there, and only a guest that plays tricks sends it.
 */
export const decodeSightings = (
  { count, keys, values }: BpfMapEntries,
  nowNs: bigint,
  { addresses: addressesOf, asked: askedOf }: KnownOfStations = {},
): readonly LearnedStation[] => {
  const key = new DataView(keys.buffer, keys.byteOffset, keys.byteLength);
  const value = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const ages = new Float64Array(count);
  const order: number[] = [];
  for (let index = 0; index < count; index++) {
    ages[index] = ageOfStampMs(value, index * STATIONS_MAP.valueBytes, nowNs);
    if (Number.isFinite(ages[index])) order.push(index);
  }
  order.sort((a, b) => (ages[a] ?? 0) - (ages[b] ?? 0));
  const stations: LearnedStation[] = [];
  const hasMore = (addressesOf?.size ?? 0) + (askedOf?.size ?? 0) > 0; // a bigint for each costs as much as the rest
  for (const index of order) {
    const at = index * STATIONS_MAP.keyBytes;
    const vid = key.getUint16(at, true);
    const mac = MacAddress.fromBytes(keys, at + MAC_OFFSET);
    const vlan = VlanId.parse(vid);
    if (typeof mac !== 'string' || (vid !== 0 && vlan === undefined)) continue;
    const mapKey = hasMore ? key.getBigUint64(at, true) : undefined;
    const addresses = mapKey === undefined ? undefined : addressesOf?.get(mapKey);
    const asked = mapKey === undefined ? undefined : askedOf?.get(mapKey);
    stations.push({
      station: stationOf(mac, vlan),
      ageMs: Math.round(ages[index] ?? 0),
      ...(addresses !== undefined && { addresses }),
      ...(asked !== undefined && { asked }),
    });
  }
  return stations;
};
