import { IpAddress, Ipv6Address, MacAddress, type VlanId } from '@nic-herald/wire';

/** A multicast stream that the peer sends and that the guest has joined. */
export interface MulticastStream {
  readonly flow: number;
  /** For tables: the group, and the VLAN where it is tagged. */
  readonly name: string;
  readonly group: IpAddress;
  /** The group's MAC (RFC 1112 6.4, RFC 2464 7). */
  readonly mac: MacAddress;
  /** Absent = untagged. */
  readonly vlan?: VlanId;
  /** The peer's address. */
  readonly source: IpAddress;
  /** Device inside the guest that joined. */
  readonly device: string;
}

/** A stream to a group; its MAC and name follow. */
export function multicastStream(parts: Omit<MulticastStream, 'name' | 'mac'>): MulticastStream {
  const { group, vlan } = parts;
  const name = vlan === undefined ? group : `${group} vlan ${vlan}`;
  return { ...parts, name, mac: groupMac(group) };
}

/** The line by which the guest joins the group, as long as it holds the address. */
export function joinLine({ group, device }: MulticastStream): string {
  return IpAddress.isIpv6(group)
    ? `ip -6 addr add ${group}/128 dev ${device} autojoin`
    : `ip addr add ${group}/32 dev ${device} autojoin`;
}

function groupMac(group: IpAddress): MacAddress {
  if (!IpAddress.isIpv6(group)) {
    const [, second = 0, third = 0, fourth = 0] = group.split('.').map(Number);
    return macOf([0x01, 0x00, 0x5e, second & 0x7f, third, fourth]);
  }
  const bytes = new Uint8Array(Ipv6Address.length);
  Ipv6Address.write(group, bytes, 0);
  return macOf([0x33, 0x33, ...bytes.subarray(12)]);
}

function macOf(bytes: readonly number[]): MacAddress {
  return MacAddress.of(bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
}
