import { DecodeError } from './decode-error.js';
import { Ipv4Address } from './ipv4-address.js';
import { Ipv6Address } from './ipv6-address.js';

/** An IP address of either version as its canonical text, by which the two are told apart. */
export type IpAddress = Ipv4Address | Ipv6Address;

/** What can be done with an {@link IpAddress}. */
export const IpAddress = {
  /** What {@link Ipv4Address} or {@link Ipv6Address} parses; else `undefined`. */
  parse: (text: string): IpAddress | undefined => {
    return Ipv4Address.parse(text) ?? Ipv6Address.parse(text);
  },

  /** Whether a value from outside is an address already in its canonical form. */
  is: (value: unknown): value is IpAddress => {
    return Ipv4Address.is(value) || Ipv6Address.is(value);
  },

  /** {@link IpAddress.parse} for literals and tests: throws a DecodeError (`HERALD_WIRE_INVALID`). */
  of: (text: string): IpAddress => {
    const ip = IpAddress.parse(text);
    if (ip === undefined) {
      const need = 'an IP address such as 192.0.2.1 or 2001:db8::1';
      throw DecodeError.invalid('ip-address', 'text', 0, need, JSON.stringify(text));
    }
    return ip;
  },

  /** Which version an address is of. */
  family: (ip: IpAddress): 'ipv4' | 'ipv6' => {
    return isIpv6(ip) ? 'ipv6' : 'ipv4';
  },

  /** Narrows to IPv4. */
  isIpv4: (ip: IpAddress): ip is Ipv4Address => {
    return !isIpv6(ip);
  },

  /** Narrows to IPv6. */
  isIpv6,

  /** Whether one host can own this address and so announce it: see the predicates of the two versions. */
  isHostAddress: (ip: IpAddress): boolean => {
    return isIpv6(ip) ? Ipv6Address.isHostAddress(ip) : Ipv4Address.isHostAddress(ip);
  },
} as const;

function isIpv6(ip: IpAddress): ip is Ipv6Address {
  return ip.includes(':');
}
