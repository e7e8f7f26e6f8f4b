import type { Station } from '../announce/station.js';
import type { LearnedAddress } from './learned-address.js';

/** A station seen as the source of the guest's own frames on its port. */
export interface LearnedStation {
  readonly station: Station;
  /** How long ago it was last seen, ms, 0 and up. An age, not a time: no clock is compared across hosts. */
  readonly ageMs: number;
  /**
   * The MAC was seen and its VLAN was not looked at (a bridge that does not know VLANs): `station` has none, and
   * the MAC may use any of the card's.
   */
  readonly vlanUnknown?: true;
  /** IP addresses it proved to own there, each once; absent or empty where none was seen, or nobody looked. */
  readonly addresses?: readonly LearnedAddress[];
}
