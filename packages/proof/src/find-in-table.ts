import { type StationKey, stationKey } from '@nic-herald/core';
import { type BridgeEntry, tableInTurns } from '@nic-herald/linux-sys';
import { MacAddress } from '@nic-herald/wire';

/** A station as the ports of a bridge have it. */
export interface Sought {
  /** As a bridge has them that looks at VLANs, or does not; see `keyIn`. */
  readonly stations: ReadonlySet<StationKey>;
  /** The VLAN that the guest's port hands out without a tag: there it is untagged. */
  readonly untagged?: number | undefined;
}

/**
 * Where a bridge has stations, by the numbers of the ports; read in short turns. Of the rest of the table nothing stays: a guest may
 * fill it.
 */
export const findInTable = async (
  table: Iterable<readonly BridgeEntry[]>,
  { stations, untagged }: Sought,
): Promise<ReadonlyMap<StationKey, number>> => {
  const found = new Map<StationKey, number>();
  if (stations.size === 0) return found;
  for await (const part of tableInTurns(table)) {
    for (const { address, origin, portIndex, vlan } of part) {
      const mac = MacAddress.fromBytes(address);
      if (origin === 'own' || typeof mac !== 'string') continue;
      const key = stationKey(vlan === undefined || vlan === untagged ? { mac } : { mac, vlan });
      if (stations.has(key)) found.set(key, portIndex);
    }
  }
  return found;
};
