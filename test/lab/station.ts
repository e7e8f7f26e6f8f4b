import type { Ipv4Address, MacAddress, VlanId } from '@nic-herald/wire';

/** One (MAC, VLAN) at which the lab's guest truly answers, and the device inside the guest that holds it. */
export interface Station {
  /** The flow number its probes carry: the stations of a guest are numbered in order, from the guest's own first. */
  readonly flow: number;
  readonly name: string;
  readonly mac: MacAddress;
  /** Absent = untagged. */
  readonly vlan?: VlanId;
  /** The guest's IPv4 address on it, and the one the peer uses towards it. */
  readonly address: Ipv4Address;
  readonly peerAddress: Ipv4Address;
  /** Device inside the guest. */
  readonly device: string;
}

/** MAC and VLAN as one text, for tables and messages: `52:54:00:00:00:01` or `52:54:00:00:00:01 vlan 10`. */
export function stationKey(mac: string, vlan: number | undefined): string {
  return vlan === undefined || vlan === 0 ? mac : `${mac} vlan ${vlan}`;
}

/** True for a MAC other than the primary that the guest has, on a VLAN where it has it not. */
export function isStray(key: string, stations: readonly Station[]): boolean {
  const [primary, ...secondary] = stations;
  const mac = key.slice(0, 17);
  if (mac === primary?.mac || !secondary.some((station) => station.mac === mac)) return false;
  return !secondary.some((station) => stationKey(station.mac, station.vlan) === key);
}
