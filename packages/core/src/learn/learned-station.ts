import type { Station } from '../announce/station.js';
import type { AskedAddress } from './asked-address.js';
import type { LearnedAddress } from './learned-address.js';

/** What a learner may add at most to the age of a station that goes on speaking, ms: see `LearnedStation.ageMs`. */
export const SIGHTING_LAG_MS = 200;

/** A station seen as the source of the guest's own frames on its port. */
export interface LearnedStation {
  readonly station: Station;
  /**
   * How long ago it was last seen, ms, 0 and up. An age, not a time: no clock is compared across hosts. A learner may tell up to
   * `SIGHTING_LAG_MS` more while the station goes on speaking at one port, but not once it spoke at another of the learner's
   * ports: where it spoke last is certain.
   */
  readonly ageMs: number;
  /**
   * The MAC was seen and its VLAN was not looked at (a bridge that does not know VLANs): `station` has none, and
   * the MAC may use any of the card's.
   */
  readonly vlanUnknown?: true;
  /** IP addresses it proved to own there, each once; absent or empty where none was seen, or nobody looked. */
  readonly addresses?: readonly LearnedAddress[];
  /** Addresses that it asked for there, each once, the last first; absent or empty where it asked for none, or was not watched. */
  readonly asked?: readonly AskedAddress[];
}
