import type { Guest } from '@nic-herald/core';
import type { ListedNic } from '../ports/listed-nic.js';
import { portless } from '../ports/portless.js';
import type { GuestWarnings } from './guest-warnings.js';

/**
 * Tells of each NIC of a guest that has no port, once until it has one or is gone. Where it was not told what its port is,
 * that is trouble of the moment, and changes nothing of what is known.
 */
export class PortlessNics {
  private ids: readonly string[] = [];
  private portless = 0;
  private unanswered = false;

  constructor(
    private readonly guest: Guest,
    private readonly warnings: Pick<GuestWarnings, 'tell' | 'lasts' | 'ends'>,
  ) {}

  /** How many NICs have a port, and how many have none, by the last list of them. */
  get counts(): { readonly withPort: number; readonly withoutPort: number } {
    return { withPort: this.ids.length - this.portless, withoutPort: this.portless };
  }

  /** Whether it was not told what the port of one of them is: it is to be asked again. */
  get areUnanswered(): boolean {
    return this.unanswered;
  }

  /** The NICs of the guest as they are now. */
  listed(nics: readonly ListedNic[]): void {
    const { guest, warnings } = this;
    const ids = nics.map(({ id }) => id);
    for (const gone of this.ids.filter((id) => !ids.includes(id))) this.isWell(gone);
    this.ids = ids;
    this.portless = nics.filter(({ port }) => port === undefined).length;
    this.unanswered = nics.some(({ isPortUnanswered }) => isPortUnanswered);
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
