import type { Guest } from '@nic-herald/core';
import type { ListedNic } from '../ports/listed-nic.js';
import { portless } from '../ports/portless.js';
import type { GuestWarnings } from './guest-warnings.js';

/**
 * Tells of each NIC of a guest that has no port, once until it has one or is gone. Where it was not told what its port is,
 * that is trouble of the moment, and changes nothing of what is known.
 */
export class PortlessNics {
  /** The NICs as they were listed last. */
  private nics: readonly ListedNic[] = [];

  constructor(
    private readonly guest: Guest,
    private readonly warnings: Pick<GuestWarnings, 'tell' | 'lasts' | 'ends'>,
  ) {}

  /** How many NICs have a port, and how many have none, by the last list of them. */
  get counts(): { readonly withPort: number; readonly withoutPort: number } {
    const withPort = this.nics.filter(({ port }) => port !== undefined).length;
    return { withPort, withoutPort: this.nics.length - withPort };
  }

  /** Whether it was not told what the port of one of them is: it is to be asked again. */
  get areUnanswered(): boolean {
    return this.nics.some(({ isPortUnanswered }) => isPortUnanswered);
  }

  /** The NICs of the guest as they are now. */
  listed(nics: readonly ListedNic[]): void {
    const { guest, warnings } = this;
    const ids = new Set(nics.map(({ id }) => id));
    for (const { id } of this.nics) if (!ids.has(id)) this.isWell(id);
    this.nics = nics;
    for (const nic of nics) {
      if (nic.port !== undefined) this.isWell(nic.id);
      else if (nic.isPortUnanswered) warnings.tell(portless(guest.identity, nic));
      else warnings.lasts(portless(guest.identity, nic));
    }
  }

  private isWell(nic: string): void {
    this.warnings.ends({ code: 'HERALD_NIC_NO_PORT', details: { nic } });
  }
}
