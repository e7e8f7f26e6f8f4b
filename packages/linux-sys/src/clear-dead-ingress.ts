import { ourFilter, removeIngressFilters } from './ingress-filter.js';
import { linksInParts } from './links.js';
import { acquireNamespaceLock } from './namespace-lock.js';
import type { NetlinkSocket } from './netlink-socket.js';
import { listFilters } from './traffic-control.js';

/**
 * Removes what processes that were killed left of ours at the ingress of taps; what a living one has there stays. Needs CAP_NET_ADMIN.
 * Throws SystemCallError, HERALD_LOCK_DIRECTORY.
 */
export const clearDeadIngress = (netlink: NetlinkSocket): void => {
  const taps = [...linksInParts(netlink)].flat().filter(({ kind }) => kind === 'tun');
  for (const { index } of taps) {
    if (!listFilters(netlink, index, 'ingress').some((filter) => ourFilter(filter) !== undefined)) continue;
    const lock = acquireNamespaceLock(portLock(index));
    if ('heldBy' in lock) continue;
    try {
      removeIngressFilters(netlink, index);
    } finally {
      lock.release();
    }
  }
};

/** Name of the lock on the ingress of a port, by the port's number. */
export const portLock = (index: number): string => `port/${index}`;
