import type { Port } from '@nic-herald/core';
import { MacvtapEnd } from './macvtap-end.js';
import { TapEnd } from './tap-end.js';

/** In these tests a port is a macvtap where its name begins so. */
const isNamedSo = (name: string): boolean => name.startsWith('macvtap');

/** A port by its name alone. */
export const portNamed = (name: string): Port => ({ kind: isNamedSo(name) ? 'macvtap' : 'tap', name });

/** The guest's end of a port. */
export const portEnd = (name: string): TapEnd | MacvtapEnd =>
  isNamedSo(name) ? new MacvtapEnd(name) : new TapEnd(name);
