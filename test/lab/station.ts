import type { Ipv4Address, MacAddress, VlanId } from '@nic-herald/wire';

/** One (MAC, VLAN) at which the lab's guest truly answers, and the device inside the guest that holds it. */
export interface Station {
  /** Its place in the recipe's list, which is also the flow number its probes carry. */
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
