import { IngressUpkeep } from './ingress-upkeep.js';
import type { LockHolder } from './namespace-lock.js';
import { NetlinkSocket } from './netlink-socket.js';
import { type IngressOptions, type IngressProgram, type IngressWay, PortIngress } from './port-ingress.js';

/** What one user of a port's ingress has there: one program. */
export interface IngressPlace {
  /** How programs get at the port's frames. */
  readonly way: IngressWay;
  /** See `PortIngress.missing`; the clock is `performance.now`. */
  readonly missing: PortIngress['missing'];
  /** Takes the program off. The last one gives the port back. Throws SystemCallError; again does nothing. */
  close(): void;
}

interface Shared {
  readonly netlink: NetlinkSocket;
  readonly ingress: PortIngress;
  readonly leaveUpkeep: () => void;
  users: number;
}

/** All ports at whose ingress this process has something, by their numbers. */
const shared = new Map<number, Shared>();
const upkeep = new IngressUpkeep();

/**
 * Puts a program at the ingress of a port, beside what else of this process is there: a port has one owner, and that is the process.
 * What is taken away from there is put back; see `PortIngress`. `load` is called once the port is ours.
 *
 * Says who has it where that is another process, or this one by a program of the same name. `tcx: false` does without tcx where the
 * kernel has it, as long as nothing of ours is there yet; `hook: 'egress'` is for a macvtap, which sends what its guest sends. Throws SystemCallError, HERALD_LOCK_DIRECTORY, and what `load` throws;
 * nothing stays then.
 */
export const enterIngress = (
  index: number,
  name: string,
  load: () => IngressProgram['loaded'],
  options: IngressOptions = {},
): IngressPlace | { readonly heldBy: LockHolder } => {
  const port = shared.get(index) ?? openShared(index, options);
  if ('heldBy' in port) return port;
  if (port.ingress.has(name)) return { heldBy: { pid: process.pid, uid: process.geteuid?.() ?? 0 } };
  port.users += 1;
  try {
    const takeOff = port.ingress.put({ name, loaded: load() });
    return placeAt(index, port, takeOff);
  } catch (error) {
    leave(index, port);
    throw error;
  }
};

const openShared = (index: number, options: IngressOptions): Shared | { readonly heldBy: LockHolder } => {
  const netlink = new NetlinkSocket();
  try {
    const ingress = PortIngress.open(index, netlink, options);
    if ('heldBy' in ingress) {
      netlink.close();
      return ingress;
    }
    const port = { netlink, ingress, leaveUpkeep: kept(ingress), users: 0 };
    shared.set(index, port);
    return port;
  } catch (error) {
    netlink.close();
    throw error;
  }
};

const kept = (ingress: PortIngress): (() => void) => {
  try {
    return upkeep.keep(ingress);
  } catch (error) {
    ingress.close();
    throw error;
  }
};

const placeAt = (index: number, port: Shared, takeOff: () => void): IngressPlace => {
  let isOpen = true;
  return {
    get way() {
      return port.ingress.way;
    },
    get missing() {
      return port.ingress.missing;
    },
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      try {
        takeOff();
      } finally {
        leave(index, port);
      }
    },
  };
};

const leave = (index: number, port: Shared): void => {
  port.users -= 1;
  if (port.users > 0) return;
  shared.delete(index);
  port.leaveUpkeep();
  try {
    port.ingress.close();
  } finally {
    port.netlink.close();
  }
};
