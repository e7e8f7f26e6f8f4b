import { decodeAttributes, viewOf } from './netlink-message.js';
import type { NetlinkSocket } from './netlink-socket.js';

// RTM_NEWADDR, see rtnetlink(7), linux/if_addr.h.

const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;
/** struct ifaddrmsg: family, prefix length, flags, scope, interface. */
const ADDRESS_HEADER_BYTES = 8;
/** Of a point-to-point interface the other end's address. */
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;

/** An IP address of an interface of this host. */
export interface InterfaceAddress {
  /** The number of the interface. */
  readonly index: number;
  /** Four bytes, or sixteen. */
  readonly address: Uint8Array;
}

/** The IPv4 and IPv6 addresses of all interfaces of this namespace, link-local ones included. Throws SystemCallError. */
export const interfaceAddresses = (netlink: NetlinkSocket): readonly InterfaceAddress[] =>
  netlink
    .dump({
      type: RTM_GETADDR,
      parts: [new Uint8Array(ADDRESS_HEADER_BYTES)],
      purpose: 'list the IP addresses',
    })
    .flatMap(({ type, payload }) => (type === RTM_NEWADDR ? parseInterfaceAddress(payload) : []));

/** The address of an RTM_NEWADDR payload, or none where it is of another family. Throws HERALD_NETLINK_MALFORMED. */
export const parseInterfaceAddress = (payload: Uint8Array): readonly InterfaceAddress[] => {
  const index = viewOf(payload, ADDRESS_HEADER_BYTES, 'address').getUint32(4, true);
  const attributes = decodeAttributes(payload.subarray(ADDRESS_HEADER_BYTES));
  const address = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  const isIp = address?.length === 4 || address?.length === 16;
  return isIp ? [{ index, address: address.slice() }] : [];
};
