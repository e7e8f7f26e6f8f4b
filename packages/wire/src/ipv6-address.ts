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
const ZEROS = [0, 0, 0, 0, 0, 0, 0, 0];
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
    const groups: number[] = [];
    for (let index = 0; index < GROUPS; index += 1) groups.push(readUint16(bytes, offset + 2 * index));
    return textOf(groups);
  },

  /** Writes 16 bytes at `offset` and returns 16; throws an EncodeError where they do not fit. */
  write: (ip: Ipv6Address, out: Uint8Array, offset: number): number => {
    requireRoom('ipv6-address', out, offset, LENGTH);
    const groups = groupsOf(ip) ?? ZEROS;
    for (let index = 0; index < GROUPS; index += 1) writeUint16(groups[index] ?? 0, out, offset + 2 * index);
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

/**
 * The eight groups of any text form, `undefined` for what is none. Character by character: plans write thousands
 * of addresses at once, and splitting and matching takes twice as long at least.
 */
function groupsOf(text: string): number[] | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const groups: number[] = [];
  const startsWithGap = text.startsWith('::');
  let gap = startsWithGap ? 0 : undefined; // how many groups stand before the `::`
  let at = startsWithGap ? 2 : 0;
  while (at < text.length) {
    const colon = text.indexOf(':', at);
    const group = hexValue(text, at, colon < 0 ? text.length : colon);
    if (group !== undefined) groups.push(group);
    else if (colon >= 0 || !pushIpv4(text.slice(at), groups)) return undefined;
    if (colon < 0) break;
    at = colon + 1;
    if (at === text.length) return undefined; // one colon alone at the end
    if (text[at] === ':') {
      if (gap !== undefined) return undefined;
      gap = groups.length;
      at += 1;
    }
  }
  const zeros = GROUPS - groups.length;
  if (gap === undefined) return zeros === 0 ? groups : undefined;
  if (zeros < 1) return undefined;
  groups.splice(gap, 0, ...ZEROS.slice(0, zeros));
  return groups;
}

/** The number that one to four hex digits from `start` to before `end` write; `undefined` for anything else. */
function hexValue(text: string, start: number, end: number): number | undefined {
  if (end <= start || end > start + 4) return undefined;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit === undefined) return undefined;
    value = (value << 4) | digit;
  }
  return value;
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}

/** Adds the two groups of a decimal IPv4 tail; false where `text` is none. */
function pushIpv4(text: string, groups: number[]): boolean {
  const ipv4 = Ipv4Address.parse(text);
  if (ipv4 === undefined) return false;
  const bytes = new Uint8Array(Ipv4Address.length);
  Ipv4Address.write(ipv4, bytes, 0);
  groups.push(readUint16(bytes, 0), readUint16(bytes, 2));
  return true;
}

function textOf(groups: readonly number[]): Ipv6Address {
  const { start, length } = longestZeroRun(groups);
  if (start === 0 && length === 5 && groups[5] === 0xffff) return mappedTextOf(groups);
  let text = '';
  for (let index = 0; index < GROUPS; index += 1) {
    if (index === start && length > 1) {
      text += '::';
      index += length - 1;
    } else {
      if (text !== '' && !text.endsWith(':')) text += ':';
      text += (groups[index] ?? 0).toString(16);
    }
  }
  return text as Ipv6Address;
}

/** The recommended form of an IPv4-mapped address (RFC 5952 section 5). */
function mappedTextOf(groups: readonly number[]): Ipv6Address {
  const [high = 0, low = 0] = groups.slice(6);
  return `::ffff:${[high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')}` as Ipv6Address;
}

/** The first of the longest runs (RFC 5952 section 4.2.3). */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index < GROUPS; index += 1) {
    if (groups[index] !== 0) start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  }
  return longest;
}
