import { DecodeError } from './decode-error.js';
import { requireRoom } from './encode-error.js';

/**
 * An Ethernet address (EUI-48, IEEE 802-2014 clause 8) as its one canonical text: six groups of two
 * lower-case hex digits between colons, `52:54:00:00:00:01`. Being a string it compares with `===` and serves
 * as Map key and in JSON as it is.
 */
export type MacAddress = string & { readonly __brand: 'MacAddress' };

const LENGTH = 6;
const CANONICAL = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;
const ACCEPTED = /^[0-9a-fA-F]{2}([:-])(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}$/;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const COLON_HEX = HEX.map((hex) => `:${hex}`);

/** What can be done with a {@link MacAddress}. */
export const MacAddress = {
  /** Bytes that an address takes in a frame: 6. */
  length: LENGTH,

  /**
   * Reads six groups of two hex digits, upper or lower case, all parted by ':' or all by '-'. Anything else,
   * including blanks around it, is `undefined`.
   */
  parse: (text: string): MacAddress | undefined => {
    if (!ACCEPTED.test(text)) return undefined;
    return text.toLowerCase().replaceAll('-', ':') as MacAddress;
  },

  /** Whether a value from outside is an address already in the canonical form. */
  is: (value: unknown): value is MacAddress => {
    return typeof value === 'string' && CANONICAL.test(value);
  },

  /** {@link MacAddress.parse} for literals and tests: throws a DecodeError (`HERALD_WIRE_INVALID`). */
  of: (text: string): MacAddress => {
    const mac = MacAddress.parse(text);
    if (mac === undefined) {
      const need = 'six groups of two hex digits such as 52:54:00:00:00:01';
      throw DecodeError.invalid('mac-address', 'text', 0, need, JSON.stringify(text));
    }
    return mac;
  },

  /** Reads the six bytes at `offset`; a DecodeError (`HERALD_WIRE_TRUNCATED`) where they are not all there. */
  fromBytes: (bytes: Uint8Array, offset = 0): MacAddress | DecodeError => {
    if (!(Number.isInteger(offset) && offset >= 0 && offset + LENGTH <= bytes.length)) {
      return DecodeError.truncated('mac-address', offset, LENGTH, bytes.length - offset);
    }
    // Joined with `+`: a template takes ten times as long, and learners read thousands of addresses at once.
    let text = HEX[bytes[offset] ?? 0] ?? '';
    for (let index = 1; index < LENGTH; index += 1) text += COLON_HEX[bytes[offset + index] ?? 0];
    return text as MacAddress;
  },

  /** Writes six bytes at `offset` and returns 6; throws an EncodeError where they do not fit. */
  write: (mac: MacAddress, out: Uint8Array, offset: number): number => {
    requireRoom('mac-address', out, offset, LENGTH);
    for (let index = 0; index < LENGTH; index += 1) out[offset + index] = byteAt(mac, index);
    return LENGTH;
  },

  /** Group bit set: a multicast or broadcast address, which a frame may be sent to but never come from. */
  isGroup: (mac: MacAddress): boolean => {
    return (byteAt(mac, 0) & 0x01) !== 0;
  },

  /** `00:00:00:00:00:00`, which stands for "none". */
  isZero: (mac: MacAddress): boolean => {
    return mac === '00:00:00:00:00:00';
  },

  /** `ff:ff:ff:ff:ff:ff`. */
  isBroadcast: (mac: MacAddress): boolean => {
    return mac === 'ff:ff:ff:ff:ff:ff';
  },

  /** Locally administered bit set: given by software, as QEMU's 52:54:00 and most macvlans are. */
  isLocal: (mac: MacAddress): boolean => {
    return (byteAt(mac, 0) & 0x02) !== 0;
  },

  /** Whether frames may come from this address: neither a group address nor zero. */
  isStationAddress: (mac: MacAddress): boolean => {
    return !MacAddress.isGroup(mac) && !MacAddress.isZero(mac);
  },
} as const;

/**
 * Byte `index` (0 to 5) of a canonical address, straight from its characters: encoding a frame parses no
 * text otherwise, and a split or a regular expression costs more than sending the frame does.
 */
export function byteAt(mac: MacAddress, index: number): number {
  return (nibble(mac.charCodeAt(index * 3)) << 4) | nibble(mac.charCodeAt(index * 3 + 1));
}

// '0' to '9' are 0x30 to 0x39; letters have bit 6 set and their low four bits count from 1.
function nibble(code: number): number {
  return (code & 0x0f) + (code >> 6) * 9;
}
