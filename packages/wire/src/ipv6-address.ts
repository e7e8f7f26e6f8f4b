// Read RFC 4291 section 2.2 and RFC 5952 before editing.
import { readUint16, writeUint16 } from './byte-order.js';
import { DecodeError } from './decode-error.js';
import { requireRoom } from './encode-error.js';
import { Ipv4Address } from './ipv4-address.js';

/**
 * An IPv6 address as its one canonical text (RFC 5952): lower-case hex groups without leading zeros, the
 * longest run of two or more zero groups as `::`, and only of an IPv4-mapped address the end in decimal:
 * `2001:db8::1`, `::ffff:192.0.2.1`. Being a string it compares with `===` and serves as Map key and in JSON.
 */
export type Ipv6Address = string & { readonly __brand: 'Ipv6Address' };

const LENGTH = 16;
const GROUPS = 8;
const LONGEST_TEXT = '0000:0000:0000:0000:0000:ffff:255.255.255.255'.length;
const GROUP = /^[0-9a-fA-F]{1,4}$/;
const MULTICAST = /^ff[0-9a-f]{2}:/; // `ff::1` is 00ff::1, and no group
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/;

/** What can be done with an {@link Ipv6Address}. */
export const Ipv6Address = {
  /** Bytes that an address takes in a packet: 16. */
  length: LENGTH,

  /**
   * Reads any text form of RFC 4291 section 2.2, with `::` and an IPv4 tail, in either case. Anything else is
   * `undefined`: zones (`fe80::1%eth0`), prefixes (`2001:db8::/32`), brackets, blanks.
   */
  parse: (text: string): Ipv6Address | undefined => {
    const groups = groupsOf(text);
    return groups === undefined ? undefined : textOf(groups);
  },

  /** Whether a value from outside is an address already in the canonical form. */
  is: (value: unknown): value is Ipv6Address => {
    return typeof value === 'string' && Ipv6Address.parse(value) === value;
  },

  /** {@link Ipv6Address.parse} for literals and tests: throws a DecodeError (`HERALD_WIRE_INVALID`). */
  of: (text: string): Ipv6Address => {
    const ip = Ipv6Address.parse(text);
    if (ip === undefined) {
      const need = 'an IPv6 address without zone or prefix length such as 2001:db8::1';
      throw DecodeError.invalid('ipv6-address', 'text', 0, need, JSON.stringify(text));
    }
    return ip;
  },

  /** Reads the 16 bytes at `offset`; a DecodeError (`HERALD_WIRE_TRUNCATED`) where they are not all there. */
  fromBytes: (bytes: Uint8Array, offset = 0): Ipv6Address | DecodeError => {
    if (!(Number.isInteger(offset) && offset >= 0 && offset + LENGTH <= bytes.length)) {
      return DecodeError.truncated('ipv6-address', offset, LENGTH, bytes.length - offset);
    }
    return textOf(Array.from({ length: GROUPS }, (_, index) => readUint16(bytes, offset + 2 * index)));
  },

  /** Writes 16 bytes at `offset` and returns 16; throws an EncodeError where they do not fit. */
  write: (ip: Ipv6Address, out: Uint8Array, offset: number): number => {
    requireRoom('ipv6-address', out, offset, LENGTH);
    for (const [index, group] of (groupsOf(ip) ?? []).entries()) writeUint16(group, out, offset + 2 * index);
    return LENGTH;
  },

  /** ff00::/8: the address of a group, not of a host. */
  isMulticast: (ip: Ipv6Address): boolean => {
    return MULTICAST.test(ip);
  },

  /** fe80::/10: valid on its own link alone. */
  isLinkLocal: (ip: Ipv6Address): boolean => {
    return LINK_LOCAL.test(ip);
  },

  /**
   * Whether one host can own this address and so announce it: neither unspecified (`::`), loopback (`::1`),
   * multicast (ff00::/8) nor IPv4-mapped (::ffff:0:0/96, never on a link); RFC 4291 section 2.
   */
  isHostAddress: (ip: Ipv6Address): boolean => {
    return ip !== '::' && ip !== '::1' && !Ipv6Address.isMulticast(ip) && !ip.includes('.');
  },
} as const;

/** The eight groups of any text form, `undefined` for what is none. */
function groupsOf(text: string): number[] | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const [head = '', tail, ...more] = inHexAlone(text).split('::');
  if (more.length > 0) return undefined;
  const before = groupsBetweenColons(head);
  const after = groupsBetweenColons(tail ?? '');
  if (before === undefined || after === undefined) return undefined;
  const zeros = GROUPS - before.length - after.length;
  if (tail === undefined ? zeros !== 0 : zeros < 1) return undefined;
  return [...before, ...new Array<number>(zeros).fill(0), ...after];
}

/** The text with a decimal IPv4 tail turned into two hex groups; as it is where it has no such tail. */
function inHexAlone(text: string): string {
  const tailAt = text.lastIndexOf(':') + 1;
  const ipv4 = Ipv4Address.parse(text.slice(tailAt));
  if (ipv4 === undefined) return text;
  const bytes = new Uint8Array(Ipv4Address.length);
  Ipv4Address.write(ipv4, bytes, 0);
  return `${text.slice(0, tailAt)}${readUint16(bytes, 0).toString(16)}:${readUint16(bytes, 2).toString(16)}`;
}

function groupsBetweenColons(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

function textOf(groups: readonly number[]): Ipv6Address {
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) {
    const [high = 0, low = 0] = groups.slice(6);
    return `::ffff:${[high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')}` as Ipv6Address;
  }
  const hex = groups.map((group) => group.toString(16));
  const { start, length } = longestZeroRun(groups);
  if (length < 2) return hex.join(':') as Ipv6Address;
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}` as Ipv6Address;
}

/** The first of the longest runs (RFC 5952 section 4.2.3). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  }
  return longest;
}
