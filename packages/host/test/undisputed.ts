import type { Ownership } from '../src/ownership/ownership.js';

/** Nothing is known that speaks against any claim. */
export const UNDISPUTED: Ownership = { at: 0, ofStation: () => undefined, ofAddress: () => undefined };
