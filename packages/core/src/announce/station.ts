import type { MacAddress, VlanId } from '@nic-herald/wire';

/** One (MAC, VLAN) that a guest answers to; without a VLAN it is untagged. */
export interface Station {
  readonly mac: MacAddress;
  readonly vlan?: VlanId;
}

declare const stationKeyBrand: unique symbol;
/** Equal for equal stations: `52:54:00:00:00:01` or `52:54:00:00:00:01/10`. */
export type StationKey = string & { readonly [stationKeyBrand]: true };

/** The key under which evidence of a station is merged. */
export const stationKey = (station: { readonly mac: MacAddress; readonly vlan?: number }): StationKey =>
  (station.vlan === undefined ? station.mac : `${station.mac}/${station.vlan}`) as StationKey;

/** Makes a station; `undefined` for no VLAN leaves the member out. */
export const stationOf = (mac: MacAddress, vlan?: VlanId): Station =>
  vlan === undefined ? { mac } : { mac, vlan };
