import { type LearnedStation, stationOf } from '@nic-herald/core';
import type { BpfMapEntries } from '@nic-herald/linux-sys';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { STATIONS_MAP } from './learn-program.js';

const NS_PER_MS = 1e6;
const MAC_OFFSET = 2;

/**
 * What the program in the kernel wrote, the latest seen first. `nowNs` is CLOCK_MONOTONIC, as
 * process.hrtime.bigint() reads it: the program's clock. An entry of the reserved VLAN 4095 is left out: no
 * station can be there, and only a guest that plays tricks sends it.
 */
export const decodeSightings = (
  { count, keys, values }: BpfMapEntries,
  nowNs: bigint,
): readonly LearnedStation[] => {
  const now = Number(nowNs); // exact to 2 ns for half a year of uptime, far finer than what is told
  const key = new DataView(keys.buffer, keys.byteOffset, keys.byteLength);
  const value = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const ages = new Float64Array(count);
  const order: number[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * STATIONS_MAP.valueBytes;
    const lastSeen = value.getUint32(at + 4, true) * 2 ** 32 + value.getUint32(at, true);
    ages[index] = Math.max(0, now - lastSeen); // seen while this was read: not in the future
    order.push(index);
  }
  order.sort((a, b) => (ages[a] ?? 0) - (ages[b] ?? 0));
  const stations: LearnedStation[] = [];
  for (const index of order) {
    const at = index * STATIONS_MAP.keyBytes;
    const vid = key.getUint16(at, true);
    const mac = MacAddress.fromBytes(keys, at + MAC_OFFSET);
    const vlan = VlanId.parse(vid);
    if (typeof mac !== 'string' || (vid !== 0 && vlan === undefined)) continue;
    stations.push({ station: stationOf(mac, vlan), ageMs: Math.round((ages[index] ?? 0) / NS_PER_MS) });
  }
  return stations;
};
