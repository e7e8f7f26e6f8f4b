import { DecodeError } from './decode-error.js';
import { requireRoom } from './encode-error.js';

/** An IPv4 address as its one canonical text: four decimal numbers without leading zeros, `192.0.2.1`. */
export type Ipv4Address = string & { readonly __brand: 'Ipv4Address' };

const LENGTH = 4;
const DOT = 0x2e;
const DIGIT_ZERO = 0x30;
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const CANONICAL = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`);

/** What can be done with an {@link Ipv4Address}. */
export const Ipv4Address = {
  /** Bytes that an address takes in a packet: 4. */
  length: LENGTH,

  /** `undefined` for anything but the canonical text: no leading zeros, no short forms, no blanks. */
  parse: (text: string): Ipv4Address | undefined => {
    return Ipv4Address.is(text) ? text : undefined;
  },

  /** Whether a value from outside is an IPv4 address. */
  is: (value: unknown): value is Ipv4Address => {
    return typeof value === 'string' && CANONICAL.test(value);
  },

  /** {@link Ipv4Address.parse} for literals and tests: throws a DecodeError (`HERALD_WIRE_INVALID`). */
  of: (text: string): Ipv4Address => {
    if (!Ipv4Address.is(text)) {
      const need = 'four decimal numbers such as 192.0.2.1';
      throw DecodeError.invalid('ipv4-address', 'text', 0, need, JSON.stringify(text));
    }
    return text;
  },

  /** Reads the four bytes at `offset`; a DecodeError (`HERALD_WIRE_TRUNCATED`) where they are not all there. */
  fromBytes: (bytes: Uint8Array, offset = 0): Ipv4Address | DecodeError => {
    if (!(Number.isInteger(offset) && offset >= 0 && offset + LENGTH <= bytes.length)) {
      return DecodeError.truncated('ipv4-address', offset, LENGTH, bytes.length - offset);
    }
    // With `+` twice as fast as with join; below, digit by digit, nine times as fast as with split.
    let text = `${bytes[offset] ?? 0}`;
    for (let index = 1; index < LENGTH; index += 1) text += `.${bytes[offset + index] ?? 0}`;
    return text as Ipv4Address;
  },

  /** Writes four bytes at `offset` and returns 4; throws an EncodeError where they do not fit. */
  write: (ip: Ipv4Address, out: Uint8Array, offset: number): number => {
    requireRoom('ipv4-address', out, offset, LENGTH);
    let at = offset;
    let value = 0;
    for (let index = 0; index < ip.length; index += 1) {
      const code = ip.charCodeAt(index);
      if (code === DOT) {
        out[at++] = value;
        value = 0;
      } else {
        value = value * 10 + code - DIGIT_ZERO;
      }
    }
    out[at] = value;
    return LENGTH;
  },

  /** 224.0.0.0/4: the address of a group, not of a host. */
  isMulticast: (ip: Ipv4Address): boolean => {
    const first = Number.parseInt(ip, 10);
    return first >= 224 && first < 240;
  },

  /**
   * Whether one host can own this address and so announce it: not of "this network" (0/8), loopback (127/8),
   * multicast (224/4) or the reserved rest (240/4, with 255.255.255.255); RFC 1122 section 3.2.1.3, RFC 6890.
   * A subnet's own broadcast address cannot be told without its mask.
   */
  isHostAddress: (ip: Ipv4Address): boolean => {
    const first = Number.parseInt(ip, 10);
    return first > 0 && first < 224 && first !== 127;
  },
} as const;
