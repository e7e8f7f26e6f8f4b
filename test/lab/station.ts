/** One (MAC, VLAN) at which the lab's guest truly answers, and the device inside the guest that holds it. */
export interface Station {
  /** Its place in the scenario's list, which is also the flow number its probes carry. */
  readonly flow: number;
  readonly name: string;
  /** Lower-case with colons. */
  readonly mac: string;
  /** 0 = untagged. */
  readonly vlan: number;
  /** The guest's IPv4 address on it, and the one the peer uses towards it. */
  readonly address: string;
  readonly peerAddress: string;
  /** Device inside the guest. */
  readonly device: string;
}

export function stationKey(station: { readonly mac: string; readonly vlan: number }): string {
  return `${station.mac}/${station.vlan}`;
}
