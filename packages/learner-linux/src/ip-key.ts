import { IpAddress, Ipv4Address, Ipv6Address, isDecodeError } from '@nic-herald/wire';

/** Bytes of an IP address in a key of our maps: as on the wire, IPv4 as IPv4-mapped IPv6 (::ffff:0:0/96). */
const IP_KEY_BYTES = 16;
const IPV4_OFFSET = 12;

/** An IP address as the programs write it. */
export const ipKey = (address: IpAddress): Uint8Array => {
  const bytes = new Uint8Array(IP_KEY_BYTES);
  if (IpAddress.isIpv4(address)) {
    bytes.fill(0xff, IPV4_OFFSET - 2, IPV4_OFFSET);
    Ipv4Address.write(address, bytes, IPV4_OFFSET);
  } else {
    Ipv6Address.write(address, bytes, 0);
  }
  return bytes;
};

/** The IP address that stands at an offset; undefined where there is no room for one. */
export const ipOfKey = (view: DataView, offset: number): IpAddress | undefined => {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const isIpv4 = view.getBigUint64(offset) === 0n && view.getUint32(offset + 8) === 0xffff;
  const address = isIpv4
    ? Ipv4Address.fromBytes(bytes, offset + IPV4_OFFSET)
    : Ipv6Address.fromBytes(bytes, offset);
  return isDecodeError(address) ? undefined : address;
};
