import { allOrNothing, openLinks } from '@nic-herald/linux-sys';
import { leadsToGuest } from './leads-to-guest.js';
import { SealedFrames } from './sealed-frames.js';
import type { SealedWatch } from './sealed-sight.js';

/** Most uplinks that are listened at. */
const MOST_UPLINKS = 64;

/** Hears at all interfaces that are in a bridge or switch of this namespace, and lead to no guest. */
export const linuxSealedSight = (): SealedWatch => {
  const { links, frames } = allOrNothing((own) => ({
    links: own(openLinks()),
    frames: own(SealedFrames.create()),
  }));
  let isClosed = false;
  return {
    follow: async () => {
      const all = await links.all();
      if (isClosed) return 0; // meanwhile
      const uplinks = all.filter((link) => link.masterIndex !== undefined && !leadsToGuest(link));
      frames.listenAt(uplinks.slice(0, MOST_UPLINKS).map(({ index }) => index));
      return uplinks.length;
    },
    take: () => frames.take(),
    close: () => {
      isClosed = true;
      frames.close();
      links.close();
    },
  };
};
