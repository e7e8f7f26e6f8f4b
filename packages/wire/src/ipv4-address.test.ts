import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDecodeError } from './decode-error.js';
import { EncodeError } from './encode-error.js';
import { Ipv4Address } from './ipv4-address.js';

describe('Ipv4Address', () => {
  it.each([
    '',
    '1',
    '10.1.1',
    '10.1.1.1.1',
    '010.1.1.1',
    '256.1.1.1',
    '1.1.1.-1',
    ' 1.1.1.1',
    '1.1.1.1\n',
    '0x1.1.1.1',
  ])('refuses %j', (text) => {
    expect(Ipv4Address.parse(text)).toBeUndefined();
    expect(() => Ipv4Address.of(text)).toThrow(expect.objectContaining({ code: 'HERALD_WIRE_INVALID' }));
  });

  it.each([
    [0, 3],
    [1, 4],
    [-4, 8],
    [-5, 8],
    [Number.NaN, 8],
  ])('at %d of %d bytes there is none', (offset, length) => {
    const ip = Ipv4Address.fromBytes(new Uint8Array(length), offset);
    expect(isDecodeError(ip) && ip.code).toBe('HERALD_WIRE_TRUNCATED');
    expect(() => Ipv4Address.write(Ipv4Address.of('192.0.2.1'), new Uint8Array(length), offset)).toThrow(
      EncodeError,
    );
  });

  it('leads from bytes to text and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        const ip = Ipv4Address.fromBytes(bytes);
        if (isDecodeError(ip)) throw ip;
        expect(Ipv4Address.parse(ip)).toBe(ip);
        const out = new Uint8Array(6).fill(0xa5);
        expect(Ipv4Address.write(ip, out, 1)).toBe(4);
        expect([...out]).toEqual([0xa5, ...bytes, 0xa5]);
      }),
    );
  });

  it.each([
    ['0.0.0.0', false, false],
    ['0.255.255.255', false, false],
    ['127.0.0.1', false, false],
    ['224.0.0.0', false, true],
    ['239.255.255.255', false, true],
    ['240.0.0.1', false, false],
    ['255.255.255.255', false, false],
    ['1.0.0.0', true, false],
    ['126.255.255.255', true, false],
    ['128.0.0.1', true, false],
    ['169.254.1.1', true, false],
    ['223.255.255.255', true, false],
  ])('says of %s whether a host can own it (%s) and whether it is a group (%s)', (text, ownable, group) => {
    const ip = Ipv4Address.of(text);
    expect([Ipv4Address.isHostAddress(ip), Ipv4Address.isMulticast(ip)]).toEqual([ownable, group]);
  });
});
