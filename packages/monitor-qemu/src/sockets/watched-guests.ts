import { isSameProcess } from '@nic-herald/core';
import type { GuestStanding } from '@nic-herald/qmp';
import type { PeerProcess } from '../process/peer-processes.js';

/** A guest as one connection sees it now. */
export interface GuestSighting extends GuestStanding {
  readonly socketPath: string;
  readonly process: PeerProcess;
}

/** What came of a claim: the guest, or who has it. */
export type Claim =
  | { readonly release: () => void }
  | {
      readonly heldBy: GuestSighting;
      /** Calls `run` once, when that one lets go of the guest. */
      readonly whenFree: (run: () => void) => void;
    };

interface Holder {
  readonly sighting: () => GuestSighting;
  readonly waiting: Array<() => void>;
}

/**
 * Who watches which guest: a QEMU may have several QMP sockets, and is watched by one of them. Two sockets lead to one
 * guest where one process serves both and says the same of it. A QEMU has one guest; of another process, which may
 * pass on what several QEMUs say, the NICs and the phase must be the same too: both ends of a migration have one name.
 */
export class WatchedGuests {
  private readonly holders = new Set<Holder>();

  /** Claims a guest. `sighting` is asked again when others claim, so that it tells how the guest stands then. */
  claim(sighting: () => GuestSighting): Claim {
    const claimed = sighting();
    for (const holder of this.holders) {
      const heldBy = holder.sighting();
      if (isSameGuest(heldBy, claimed)) return { heldBy, whenFree: (run) => void holder.waiting.push(run) };
    }
    const holder: Holder = { sighting, waiting: [] };
    this.holders.add(holder);
    return {
      release: () => {
        if (!this.holders.delete(holder)) return;
        for (const run of holder.waiting.splice(0)) run();
      },
    };
  }
}

const isSameGuest = (a: GuestSighting, b: GuestSighting): boolean =>
  isSameProcess(a.process.incarnation, b.process.incarnation) &&
  a.identity.uuid === b.identity.uuid &&
  a.identity.name === b.identity.name &&
  (a.process.isQemu || (a.nics === b.nics && a.phase === b.phase));
