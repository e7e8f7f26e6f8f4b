import type { BridgePortVlans } from './bridge-port-vlans.js';
import { KernelLinks } from './kernel-links.js';
import type { LinkInfo } from './link-info.js';
import { LinkTable } from './link-table.js';
import type { LinkSelector } from './links.js';

/** The interfaces of this network namespace, as one user of them sees them; see `LinkTable`. */
export interface Links {
  /** One of them as it is now; undefined where there is none. Throws SystemCallError. */
  find(which: LinkSelector): LinkInfo | undefined;
  /** All of them. Rejects with SystemCallError. */
  all(): Promise<readonly LinkInfo[]>;
  /**
   * What its bridge takes at a port, by the port's number; undefined where it is a port of no bridge. Means nothing where the
   * bridge does not look at VLANs. Throws SystemCallError.
   */
  vlansAt(index: number): BridgePortVlans | undefined;
  /** Is done with them; again does nothing. */
  close(): void;
}

let shared: { readonly table: LinkTable; users: number } | undefined;

/** The interfaces of this network namespace: all that ask in this process have one table. Throws SystemCallError. */
export const openLinks = (): Links => {
  shared ??= { table: new LinkTable(new KernelLinks()), users: 0 };
  const { table } = shared;
  shared.users += 1;
  let isOpen = true;
  return {
    find: (which) => table.find(which),
    all: () => table.all(),
    vlansAt: (index) => table.vlansAt(index),
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      leave();
    },
  };
};

const leave = (): void => {
  if (shared === undefined) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  shared.table.close();
  shared = undefined;
};
