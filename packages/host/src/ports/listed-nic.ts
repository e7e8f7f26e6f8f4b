import type { NicDescriptor } from '@nic-herald/core';

/** A NIC as this host found it. */
export interface ListedNic extends NicDescriptor {
  /** Its port was not found because the resolver failed, not because there is none: it may be asked again. */
  readonly isPortUnanswered?: true;
}
