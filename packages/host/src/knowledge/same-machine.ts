import type { MacAddress } from '@nic-herald/wire';

/**
 * Whether two lists of primary MACs may be those of one machine: they share one, or one of them names none. A key
 * alone says little: a copy of a guest often keeps its UUID and its name, and hardly ever its MACs.
 */
export const mayBeSameMachine = (a: readonly MacAddress[], b: readonly MacAddress[]): boolean =>
  a.length === 0 || b.length === 0 || a.some((mac) => b.includes(mac));
