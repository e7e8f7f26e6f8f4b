import type { Port } from './port.js';

/** The same for two descriptions of one port, and for no other: `net:[4026531840]/tap/tap0#12`. */
export const portKey = ({ namespace = '', kind, name, index }: Port): string =>
  `${namespace}/${kind}/${name}${index === undefined ? '' : `#${index}`}`;
