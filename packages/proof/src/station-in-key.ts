import { type Station, stationOf } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';

/** Where the VLAN stands behind the MAC. */
const VLAN_OFFSET = 6;

/** The station of a map's key as the programs have it (bpf/): the MAC, then the VLAN, least byte first; 0 is untagged. `undefined` for what no station sends. */
export const stationInKey = (keys: Uint8Array, at: number): Station | undefined => {
  const mac = MacAddress.fromBytes(keys, at);
  const tag = viewOf(keys).getUint16(at + VLAN_OFFSET, true);
  const vlan = VlanId.parse(tag);
  if (typeof mac !== 'string' || !MacAddress.isStationAddress(mac)) return undefined;
  return tag !== 0 && vlan === undefined ? undefined : stationOf(mac, vlan);
};

/** Writes such a key, 8 bytes. */
export const writeStationKey = (station: Station, keys: Uint8Array, at: number): void => {
  MacAddress.write(station.mac, keys, at);
  viewOf(keys).setUint16(at + VLAN_OFFSET, station.vlan ?? 0, true);
};

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
