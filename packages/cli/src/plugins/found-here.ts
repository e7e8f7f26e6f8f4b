import { findLocalSocket } from '@nic-herald/libvirt';
import type { FoundHere } from './choose-plugins.js';

/** What this host has that an agent takes plugins for without being asked. */
export const foundHere = (): FoundHere => ({ libvirtSocket: libvirtSocket() });

/** libvirt's socket, the read-only one where there is no other; `undefined` where there is neither. */
const libvirtSocket = (): string | undefined => {
  for (const readOnly of [false, true]) {
    try {
      return findLocalSocket({ readOnly });
    } catch {
      // the next
    }
  }
  return undefined;
};
