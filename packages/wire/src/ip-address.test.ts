import { describe, expect, it } from 'vitest';
import { IpAddress } from './ip-address.js';

describe('IpAddress', () => {
  it.each(['', '192.0.2', '192.0.2.1/24', '2001:db8::g', 'fe80::1%2', 'example.org'])(
    'refuses %j',
    (text) => {
      expect(IpAddress.parse(text)).toBeUndefined();
      expect(IpAddress.is(text)).toBe(false);
      expect(() => IpAddress.of(text)).toThrow(expect.objectContaining({ code: 'HERALD_WIRE_INVALID' }));
    },
  );

  it.each([undefined, 1, {}, ['::1'], '2001:DB8::1'])('does not take %j from outside', (value) => {
    expect(IpAddress.is(value)).toBe(false);
  });

  it.each([
    ['0.0.0.0', '0.0.0.0', 'ipv4', false],
    ['192.0.2.1', '192.0.2.1', 'ipv4', true],
    ['2001:DB8::1', '2001:db8::1', 'ipv6', true],
    ['::1', '::1', 'ipv6', false],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1', 'ipv6', false],
  ])('reads %s', (text, canonical, family, ownable) => {
    const ip = IpAddress.of(text);
    expect(ip).toBe(canonical);
    expect(IpAddress.is(ip)).toBe(true);
    expect(IpAddress.family(ip)).toBe(family);
    expect([IpAddress.isIpv4(ip), IpAddress.isIpv6(ip)]).toEqual([family === 'ipv4', family === 'ipv6']);
    expect(IpAddress.isHostAddress(ip)).toBe(ownable);
  });
});
