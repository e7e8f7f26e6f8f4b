import { type Station, stationOf } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { type CardPools, type PoolSet, poolsOfAddress, poolsOfVlan } from './card-pools.js';

/** A valid receive address, and its RAH with the pools. */
export interface ListedAddress {
  readonly mac: MacAddress;
  readonly high: number;
}

/** What the pools take of the MACs that the card lists. */
interface PooledAddresses {
  /** MACs that any pool takes, each once. */
  readonly macs: readonly MacAddress[];
  /** Where those of virtual functions are; absent where the card does not look at VLANs. */
  readonly pooled?: readonly Station[];
}

/**
 * Sorts the MACs by their pools. One of the card's own pools is taken as it stands; it may be on any VLAN of the card. One
 * of virtual functions alone is untagged where its pool takes that, and on the VLANs that share a pool with it; where the pool
 * receives nothing it is no station. `vids` is what VFTA lists; absent where it is not in use.
 */
export const pooledAddresses = (
  listed: readonly ListedAddress[],
  vids: readonly number[] | undefined,
  pools: CardPools,
): PooledAddresses => {
  const members = new Map<MacAddress, PoolSet>();
  for (const { mac, high } of listed)
    members.set(mac, (members.get(mac) ?? 0) | poolsOfAddress(high, pools.default));
  const macs: MacAddress[] = [];
  const pooled: Station[] = [];
  for (const [mac, all] of members) {
    const receiving = all & pools.receiving;
    if ((all & pools.own) !== 0) macs.push(mac);
    else if (vids === undefined || MacAddress.isGroup(mac)) {
      if (receiving !== 0) macs.push(mac);
    } else {
      const stations = stationsIn(receiving, mac, vids, pools);
      if (stations.length > 0) macs.push(mac);
      pooled.push(...stations);
    }
  }
  return { macs, ...(vids === undefined ? {} : { pooled }) };
};

const stationsIn = (
  receiving: PoolSet,
  mac: MacAddress,
  vids: readonly number[],
  pools: CardPools,
): readonly Station[] => {
  if (!MacAddress.isStationAddress(mac)) return [];
  const vlans = vids.filter(VlanId.is).filter((vid) => (poolsOfVlan(pools, vid) & receiving) !== 0);
  return [
    ...((receiving & pools.untagged) === 0 ? [] : [stationOf(mac)]),
    ...vlans.map((vid) => stationOf(mac, vid)),
  ];
};
