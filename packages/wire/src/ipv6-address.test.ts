import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDecodeError } from './decode-error.js';
import { EncodeError } from './encode-error.js';
import { Ipv6Address } from './ipv6-address.js';

const bytes16 = fc
  .array(fc.oneof(fc.constant([0, 0]), fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 }))), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => Uint8Array.from(groups.flat()));

describe('Ipv6Address', () => {
  it.each([
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    '1:2:3:4:5:6:7:8::',
    '::1::',
    ':1::2',
    '1:2:3:4:5:6:7:',
    ':2:3:4:5:6:7:8',
    '12345::',
    'g::',
    '-1::',
    '0x1::',
    '\u0011::',
    '\uff11::',
    '`::',
    '@::',
    '+1::',
    '::1 ',
    '\n::1',
    '::1\n',
    '[::1]',
    '::1/128',
    'fe80::1%eth0',
    '192.0.2.1',
    '::192.0.2',
    '::192.0.2.256',
    '::192.0.2.01',
    '::192.0.2.1:1',
    '1:2:3:4:5:6:7:192.0.2.1',
    '1:2:3:4:5:6::7:192.0.2.1',
    '0000:0000:0000:0000:0000:0000:0000:0000:0000:0000',
    `::${'0'.repeat(100_000)}1`,
    ':'.repeat(100_000),
  ])('refuses %.60j', (text) => {
    expect(Ipv6Address.parse(text)).toBeUndefined();
    expect(Ipv6Address.is(text)).toBe(false);
    expect(() => Ipv6Address.of(text)).toThrow(expect.objectContaining({ code: 'HERALD_WIRE_INVALID' }));
  });

  it.each([
    [0, 15],
    [1, 16],
    [-16, 32],
    [Number.NaN, 32],
  ])('at %d of %d bytes there is none', (offset, length) => {
    const ip = Ipv6Address.fromBytes(new Uint8Array(length), offset);
    expect(isDecodeError(ip) && ip.code).toBe('HERALD_WIRE_TRUNCATED');
    expect(() => Ipv6Address.write(Ipv6Address.of('::1'), new Uint8Array(length), offset)).toThrow(
      EncodeError,
    );
  });

  it.each([
    ['leading zeros (4.1)', '2001:0db8::0001', '2001:db8::1'],
    ['a run not shortened to the full (4.2.1)', '2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['a run of one group (4.2.2)', '2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['not the longest run (4.2.3)', '2001::1:0:0:0:1', '2001:0:0:1::1'],
    ['two runs of one length, the first counts (4.2.3)', '2001:db8:0:0:1::1', '2001:db8::1:0:0:1'],
    ['upper case (4.3)', '2001:DB8::AAAA', '2001:db8::aaaa'],
    ['an IPv4-mapped address in hex (5)', '::ffff:c000:201', '::ffff:192.0.2.1'],
    ['an IPv4 tail of any other', '64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['the longest text', '0000:0000:0000:0000:0000:ffff:255.255.255.255', '::ffff:255.255.255.255'],
    ['no address', '0:0:0:0:0:0:0:0', '::'],
    ['zeros at the end', '1:0:0:0:0:0:0:0', '1::'],
  ])('rewrites %s as RFC 5952 wants it', (_, text, canonical) => {
    expect(Ipv6Address.parse(text)).toBe(canonical);
    expect(Ipv6Address.is(text)).toBe(false);
    expect(Ipv6Address.is(canonical)).toBe(true);
  });

  it('takes what Node takes, zones aside, whatever the text', () => {
    const part = fc.oneof(
      fc.constantFrom(':', ':', '::', '.', '0', '1', 'ff', 'ffff', 'FFFF', '00000', 'g', '255', '192.0.2.1'),
      fc.string({ maxLength: 1 }),
    );
    const texts = fc.array(part, { maxLength: 18 }).map((parts) => parts.join(''));
    const almost = fc
      .tuple(bytes16, fc.nat(), fc.constantFrom('', ':', '0', '::', '.'))
      .map(([bytes, at, change]) => {
        const text = String(Ipv6Address.fromBytes(bytes));
        const index = at % text.length;
        return text.slice(0, index) + change + text.slice(index + 1);
      });
    fc.assert(
      fc.property(fc.oneof(texts, almost), (text) => {
        fc.pre(!text.includes('%'));
        expect([text, Ipv6Address.parse(text) !== undefined]).toEqual([text, isIPv6(text)]);
      }),
      { numRuns: 1000 },
    );
  });

  it('leads from bytes to one text and back', () => {
    fc.assert(
      fc.property(bytes16, (bytes) => {
        const ip = Ipv6Address.fromBytes(bytes);
        if (isDecodeError(ip)) throw ip;
        expect(Ipv6Address.parse(ip)).toBe(ip);
        const out = new Uint8Array(18).fill(0xa5);
        expect(Ipv6Address.write(ip, out, 1)).toBe(16);
        expect([...out]).toEqual([0xa5, ...bytes, 0xa5]);
      }),
    );
  });

  it("writes the host of a URL as the WHATWG's serializer does, which follows RFC 5952 but for mapped ones", () => {
    fc.assert(
      fc.property(bytes16, (bytes) => {
        const hex = Array.from({ length: 8 }, (_, group) =>
          Buffer.from(bytes.subarray(2 * group, 2 * group + 2)).toString('hex'),
        ).join(':');
        const ip = Ipv6Address.of(hex);
        fc.pre(!ip.includes('.'));
        expect(`[${ip}]`).toBe(new URL(`http://[${hex}]/`).hostname);
      }),
    );
  });

  it.each([
    ['::', false],
    ['::1', false],
    ['ff02::1', false],
    ['ffff::1', false],
    ['::ffff:192.0.2.1', false],
    ['::ffff:0.0.0.0', false],
    ['ff::1', true], // 00ff::1
    ['::2', true],
    ['fe80::1', true],
    ['fd00::1', true],
    ['2001:db8::ffff', true],
    ['::ffff:1:2:3', true],
  ])('says of %s whether a host can own it: %s', (text, expected) => {
    expect(Ipv6Address.isHostAddress(Ipv6Address.of(text))).toBe(expected);
  });

  it.each([
    ['fe7f::1', false],
    ['fec0::1', false],
    ['fe8::1', false],
    ['fe80::1', true],
    ['febf:ffff::1', true],
  ])('says of %s whether it is link-local: %s', (text, expected) => {
    expect(Ipv6Address.isLinkLocal(Ipv6Address.of(text))).toBe(expected);
  });
});
