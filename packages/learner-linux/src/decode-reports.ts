import type { MulticastReports } from '@nic-herald/core';
import type { BpfMapEntries } from '@nic-herald/linux-sys';
import { VlanId } from '@nic-herald/wire';
import { STATIONS_MAP } from './learn-program.js';

const IGMP_OFFSET = 8;
const MLD_OFFSET = 12;

/**
 * How many membership reports the program in the kernel counted, by VLAN. It counts them by station, in the map of
 * stations, so that a guest that floods stations can lower the sums: what was pushed out took its count along.
 */
export const decodeReports = ({ count, keys, values }: BpfMapEntries): readonly MulticastReports[] => {
  const key = new DataView(keys.buffer, keys.byteOffset, keys.byteLength);
  const value = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const byVlan = new Map<number, MulticastReports>();
  for (let index = 0; index < count; index++) {
    const at = index * STATIONS_MAP.valueBytes;
    const igmp = value.getUint32(at + IGMP_OFFSET, true);
    const mld = value.getUint32(at + MLD_OFFSET, true);
    if (igmp === 0 && mld === 0) continue;
    const vid = key.getUint16(index * STATIONS_MAP.keyBytes, true);
    const vlan = VlanId.parse(vid);
    if (vid !== 0 && vlan === undefined) continue;
    const others = byVlan.get(vid);
    byVlan.set(vid, {
      ...(vlan !== undefined && { vlan }),
      igmp: igmp + (others?.igmp ?? 0),
      mld: mld + (others?.mld ?? 0),
    });
  }
  return [...byVlan.values()].sort((a, b) => (a.vlan ?? 0) - (b.vlan ?? 0));
};
