import { type BridgePortVlans, bridgePortVlans } from './bridge-port-vlans.js';
import { InterfaceNews } from './interface-news.js';
import type { LinkInfo } from './link-info.js';
import { findLink, type LinkSelector, linksInParts } from './links.js';
import { NetlinkSocket } from './netlink-socket.js';
import type { Turn } from './turn.js';

/** What the kernel says of the interfaces of this network namespace. */
export class KernelLinks {
  private readonly changes = new InterfaceNews('links');
  private readonly netlink = new NetlinkSocket();

  /** The numbers of those that changed since it was asked last; `all` where it cannot be told. Throws SystemCallError. */
  news(): ReadonlySet<number> | 'all' {
    return this.changes.read();
  }

  /** One of them; undefined where there is none. Throws SystemCallError. */
  find(which: LinkSelector): LinkInfo | undefined {
    return findLink(this.netlink, which);
  }

  /** All of them, in turns. Rejects with SystemCallError. */
  async list(turn: Turn): Promise<readonly LinkInfo[]> {
    const netlink = new NetlinkSocket(); // a list under way takes all of a socket
    try {
      const links: LinkInfo[] = [];
      for (const part of linksInParts(netlink)) {
        links.push(...part);
        await turn.rest();
      }
      return links;
    } finally {
      netlink.close();
    }
  }

  /** What bridges take at their ports, by the ports' numbers; see `bridgePortVlans`. Throws SystemCallError. */
  vlans(): ReadonlyMap<number, BridgePortVlans> {
    return bridgePortVlans(this.netlink);
  }

  close(): void {
    this.changes.close();
    this.netlink.close();
  }
}
