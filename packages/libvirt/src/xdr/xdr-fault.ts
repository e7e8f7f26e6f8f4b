import { HeraldError } from '@nic-herald/core';

/** What libvirt sent is not what its protocol says: what was read, where, what was wanted, and what was there. */
export const xdrFault = (what: string, offset: number, expected: string, got: string): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_PROTOCOL',
    `libvirt sent no valid ${what} at byte ${offset}: expected ${expected}, got ${got}`,
    { details: { what, offset, expected, got } },
  );
