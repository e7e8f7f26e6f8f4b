import { constants } from 'node:os';
import {
  IFF_UP,
  IFLA,
  IFLA_INFO,
  LINK_HEADER_BYTES,
  type LinkInfo,
  parseLinkInfo,
  RTEXT_FILTER_SKIP_STATS,
} from './link-info.js';
import { SystemCallError } from './linux-error.js';
import { byteAttribute, nestedAttribute, numberAttribute, textAttribute } from './netlink-message.js';
import { NetlinkSocket } from './netlink-socket.js';

const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const RTM_SETLINK = 19;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const VETH_INFO_PEER = 1;
const AF_INET6 = 10;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const IN6_ADDR_GEN_MODE_NONE = 1;
/** An interface name has 1 to 15 bytes and no slash or white space, see dev_valid_name in the kernel. */
const INTERFACE_NAME = /^(?!\.{1,2}$)[^/:\s\0]{1,15}$/u;

/** Which interface: by name or by number. */
export type LinkSelector = { readonly name: string } | { readonly index: number };

/** struct ifinfomsg */
const linkHeader = (fields: { index?: number; flags?: number; change?: number } = {}): Uint8Array => {
  const bytes = new Uint8Array(LINK_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt32(4, fields.index ?? 0, true);
  view.setUint32(8, fields.flags ?? 0, true);
  view.setUint32(12, fields.change ?? 0, true);
  return bytes;
};

/** An interface as it is now; undefined where there is none. Throws SystemCallError. */
export const findLink = (netlink: NetlinkSocket, which: LinkSelector): LinkInfo | undefined => {
  if ('name' in which && !INTERFACE_NAME.test(which.name)) return undefined; // no interface can be named so
  const brief = numberAttribute(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  const parts =
    'name' in which
      ? [linkHeader(), textAttribute(IFLA.IFNAME, which.name), brief]
      : [linkHeader({ index: which.index }), brief];
  try {
    const replies = netlink.get({ type: RTM_GETLINK, parts, purpose: `look up ${labelOf(which)}` });
    const link = replies.find((reply) => reply.type === RTM_NEWLINK);
    return link && parseLinkInfo(link.payload);
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === constants.errno.ENODEV) return undefined;
    throw error;
  }
};

/** The interfaces of this namespace, a part at a time; see `NetlinkSocket.dumpInParts`. Throws SystemCallError. */
export function* linksInParts(netlink: NetlinkSocket): Generator<readonly LinkInfo[], void, undefined> {
  const brief = numberAttribute(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  const parts = [linkHeader(), brief];
  for (const part of netlink.dumpInParts({ type: RTM_GETLINK, parts, purpose: 'list the interfaces' })) {
    yield part.flatMap(({ type, payload }) => (type === RTM_NEWLINK ? [parseLinkInfo(payload)] : []));
  }
}

/** The number of a named interface in this namespace. Throws SystemCallError, ENODEV where there is none. */
export const interfaceIndex = (name: string): number => {
  const netlink = new NetlinkSocket();
  try {
    const link = findLink(netlink, { name });
    if (link) return link.index;
    throw new SystemCallError('rtnetlink', constants.errno.ENODEV, `look up ${name}`);
  } finally {
    netlink.close();
  }
};

/** Makes two interfaces that are each other's cable. Both are down. Needs CAP_NET_ADMIN. Throws SystemCallError. */
export const createVethPair = (netlink: NetlinkSocket, name: string, peerName: string): void => {
  netlink.request({
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    parts: [
      linkHeader(),
      textAttribute(IFLA.IFNAME, name),
      nestedAttribute(IFLA.LINKINFO, [
        textAttribute(IFLA_INFO.KIND, 'veth'),
        nestedAttribute(IFLA_INFO.DATA, [
          nestedAttribute(VETH_INFO_PEER, [linkHeader(), textAttribute(IFLA.IFNAME, peerName)]),
        ]),
      ]),
    ],
    purpose: `create the veth pair ${name} and ${peerName}`,
  });
};

/**
 * Keeps IPv6 from giving an interface a link-local address, with which it would speak by itself. Nothing to
 * do where the kernel has no IPv6. Needs CAP_NET_ADMIN. Throws SystemCallError.
 */
export const disableIpv6Addresses = (netlink: NetlinkSocket, index: number): void => {
  try {
    netlink.request({
      type: RTM_SETLINK,
      parts: [
        linkHeader({ index }),
        nestedAttribute(IFLA.AF_SPEC, [
          nestedAttribute(AF_INET6, [byteAttribute(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE)]),
        ]),
      ],
      purpose: `keep interface number ${index} without IPv6 addresses`,
    });
  } catch (error) {
    const { EAFNOSUPPORT, EOPNOTSUPP } = constants.errno;
    if (error instanceof SystemCallError && [EAFNOSUPPORT, EOPNOTSUPP].some((errno) => errno === error.errno))
      return;
    throw error;
  }
};

/** Sets an interface up. Needs CAP_NET_ADMIN. Throws SystemCallError. */
export const setLinkUp = (netlink: NetlinkSocket, index: number): void => {
  netlink.request({
    type: RTM_SETLINK,
    parts: [linkHeader({ index, flags: IFF_UP, change: IFF_UP })],
    purpose: `set interface number ${index} up`,
  });
};

/**
 * Removes an interface, with everything attached to it and, of a veth, its peer; nothing where it is gone
 * already. Needs CAP_NET_ADMIN. Throws SystemCallError.
 */
export const deleteLink = (netlink: NetlinkSocket, index: number): void => {
  try {
    netlink.request({
      type: RTM_DELLINK,
      parts: [linkHeader({ index })],
      purpose: `remove interface number ${index}`,
    });
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === constants.errno.ENODEV) return;
    throw error;
  }
};

const labelOf = (which: LinkSelector): string =>
  'name' in which ? which.name : `interface number ${which.index}`;
