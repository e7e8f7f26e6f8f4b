import type { PortAttachment } from '@nic-herald/core';
import { findLink, type LinkInfo, type NetlinkSocket, portsOfMaster } from '@nic-herald/linux-sys';

/** Most uplinks of a bridge that are told. */
const MAX_UPLINKS = 64;

/** Lists the ports of a bridge that are no taps, which is where its guests are. Throws SystemCallError. */
export const uplinksOf = (netlink: NetlinkSocket, bridgeIndex: number): readonly string[] =>
  portsOfMaster(netlink, bridgeIndex)
    .filter(({ kind }) => kind !== 'tun')
    .slice(0, MAX_UPLINKS)
    .map(({ name }) => name);

/**
 * What a port is attached to: a Linux bridge, another kind of switch (Open vSwitch, whose networks the kernel does not tell),
 * or what a macvtap stands on; or that it stands alone. Throws SystemCallError.
 */
export const attachmentOf = (
  netlink: NetlinkSocket,
  link: LinkInfo,
  uplinks: (bridgeIndex: number) => readonly string[],
): PortAttachment => {
  const { masterIndex, linkedIndex, bridgePortState, bridgePortLearns } = link;
  if (masterIndex === undefined) {
    const below =
      link.kind === 'macvtap' && linkedIndex !== undefined && findLink(netlink, { index: linkedIndex });
    return below ? { network: below.name, uplinks: [below.name] } : { alone: true };
  }
  const master = findLink(netlink, { index: masterIndex });
  if (master === undefined || bridgePortState === undefined) return {};
  return {
    network: master.name,
    ...(master.vlanFiltering === undefined ? {} : { vlans: master.vlanFiltering ? 'aware' : 'unaware' }),
    uplinks: uplinks(masterIndex),
    ...(bridgePortLearns === undefined ? {} : { learns: bridgePortLearns }),
    forwards: bridgePortState === 'forwarding',
  };
};
