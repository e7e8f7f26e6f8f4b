import type { MacAddress } from '@nic-herald/wire';

/**
 * Whether what was written with these primary MACs may be about the guest that has those. A key alone says little: a
 * copy of a guest often keeps its UUID and its name, and hardly ever its MACs; its NICs may have been taken out. Only
 * of a guest that does not tell its own nothing is known.
 */
export const mayBeOf = (written: readonly MacAddress[], guest: readonly MacAddress[]): boolean =>
  guest.length === 0 || isSameMachine(written, guest);

/** Whether two lists of primary MACs are those of one machine: they share one. */
export const isSameMachine = (a: readonly MacAddress[], b: readonly MacAddress[]): boolean =>
  a.some((mac) => b.includes(mac));
