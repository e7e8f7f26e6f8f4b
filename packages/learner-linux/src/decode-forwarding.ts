import { type LearnedStation, stationOf } from '@nic-herald/core';
import type { ForwardingEntry } from '@nic-herald/linux-sys';
import { MacAddress, VlanId } from '@nic-herald/wire';

/**
 * A bridge's entries for one port as stations, the latest seen first. `untaggedVlan` is the
 * VLAN in which the bridge counts the port's untagged frames: for it a station has no VLAN. Where the bridge
 * does not look at VLANs entries have none, and neither have the stations.
 */
export const decodeForwarding = (
  entries: readonly ForwardingEntry[],
  untaggedVlan: number | undefined,
): readonly LearnedStation[] =>
  entries
    .flatMap(({ address, vlan: vid, ageMs }) => {
      const mac = MacAddress.fromBytes(address);
      if (typeof mac !== 'string' || !MacAddress.isStationAddress(mac)) return [];
      if (vid === undefined || vid === untaggedVlan) return [{ station: stationOf(mac), ageMs }];
      const vlan = VlanId.parse(vid);
      return vlan === undefined ? [] : [{ station: stationOf(mac, vlan), ageMs }];
    })
    .sort((a, b) => a.ageMs - b.ageMs);
