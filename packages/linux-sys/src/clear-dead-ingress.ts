import { ourFilter, removeIngressFilters } from './ingress-filter.js';
import { linksInParts } from './links.js';
import { acquireNamespaceLock } from './namespace-lock.js';
import type { NetlinkSocket } from './netlink-socket.js';
import { type ClassifierHook, listFilters } from './traffic-control.js';

/**
 * Removes what processes that were killed left of ours at the ingress of taps and the egress of macvtaps; what a living one has there stays. Needs CAP_NET_ADMIN.
 * Throws SystemCallError, HERALD_LOCK_DIRECTORY.
 */
export const clearDeadIngress = (netlink: NetlinkSocket): void => {
  for (const { index, kind = '' } of [...linksInParts(netlink)].flat()) {
    const hook = HOOK_OF.get(kind);
    if (hook === undefined) continue;
    if (!listFilters(netlink, index, hook).some((filter) => ourFilter(filter) !== undefined)) continue;
    const lock = acquireNamespaceLock(portLock(index));
    if ('heldBy' in lock) continue;
    try {
      removeIngressFilters(netlink, index, { hook });
    } finally {
      lock.release();
    }
  }
};

/** Where interfaces show what their guest sends. */
const HOOK_OF: ReadonlyMap<string, ClassifierHook> = new Map([
  ['tun', 'ingress'],
  ['macvtap', 'egress'],
]);

/** Name of the lock on the ingress of a port, by the port's number. */
export const portLock = (index: number): string => `port/${index}`;
