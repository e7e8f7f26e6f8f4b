import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDecodeError } from './decode-error.js';
import { EncodeError } from './encode-error.js';
import { MacAddress } from './mac-address.js';

const sixBytes = fc.uint8Array({ minLength: 6, maxLength: 6 });

describe('MacAddress.parse', () => {
  it.each([
    ['nothing', ''],
    ['five groups', '52:54:00:00:00'],
    ['seven groups', '52:54:00:00:00:01:02'],
    ['a one-digit group', '52:54:0:00:00:01'],
    ['a three-digit group', '52:54:000:00:00:01'],
    ['no separators', '525400000001'],
    ['both separators', '52:54-00:00:00:01'],
    ['a dotted address', '5254.0000.0001'],
    ['an empty group', '52:54::00:00:01'],
    ['a letter beyond f', '52:54:00:00:00:0g'],
    ['a character between 9 and a', '52:54:00:00:00:0:'],
    ['a leading blank', ' 52:54:00:00:00:01'],
    ['a trailing newline', '52:54:00:00:00:01\n'],
    ['full-width digits', '５２:54:00:00:00:01'],
  ])('refuses %s', (_, text) => {
    expect(MacAddress.parse(text)).toBeUndefined();
    expect(() => MacAddress.of(text)).toThrow(
      expect.objectContaining({ code: 'HERALD_WIRE_INVALID', format: 'mac-address' }),
    );
  });

  it.each(['52:54:00:aB:Cd:eF', '52-54-00-AB-CD-EF', '52:54:00:ab:cd:ef'])('makes %s canonical', (text) => {
    expect(MacAddress.parse(text)).toBe('52:54:00:ab:cd:ef');
  });

  it('leads back from the canonical text to the same bytes', () => {
    fc.assert(
      fc.property(sixBytes, fc.constantFrom(':', '-'), fc.boolean(), (bytes, separator, upper) => {
        const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);
        const mac = MacAddress.of(upper ? text.toUpperCase() : text);
        const out = new Uint8Array(6).fill(0xa5);
        expect(MacAddress.write(mac, out, 0)).toBe(6);
        expect(out).toEqual(bytes);
        expect(MacAddress.fromBytes(out)).toBe(mac);
        expect(MacAddress.parse(mac)).toBe(mac);
        expect(MacAddress.is(mac)).toBe(true);
      }),
    );
  });
});

describe('MacAddress.is', () => {
  it.each([
    undefined,
    null,
    7,
    {},
    ['52:54:00:00:00:01'],
    '52:54:00:00:00:0A',
    '52-54-00-00-00-0a',
    '52:54:00:00:00:0a\n',
  ])('is false for %j', (value) => {
    expect(MacAddress.is(value)).toBe(false);
  });
});

describe('MacAddress.fromBytes and write', () => {
  it.each([
    [0, 5],
    [1, 6],
    [7, 6],
    [-1, 12],
    [0.5, 12],
    [Number.NaN, 12],
  ])('at %d of %d bytes there is no address, nor room for one', (offset, length) => {
    const bytes = new Uint8Array(length).fill(0xa5);
    const mac = MacAddress.fromBytes(bytes, offset);
    expect(isDecodeError(mac) && mac.code).toBe('HERALD_WIRE_TRUNCATED');
    expect(() => MacAddress.write(MacAddress.of('52:54:00:00:00:01'), bytes, offset)).toThrow(EncodeError);
    expect(bytes).toEqual(new Uint8Array(length).fill(0xa5));
  });

  it('works at an offset and inside a view', () => {
    const buffer = new Uint8Array(12).fill(0xa5);
    MacAddress.write(MacAddress.of('02:03:04:05:06:07'), buffer.subarray(2), 1);
    expect([...buffer]).toEqual([0xa5, 0xa5, 0xa5, 2, 3, 4, 5, 6, 7, 0xa5, 0xa5, 0xa5]);
    expect(MacAddress.fromBytes(buffer.subarray(2), 1)).toBe('02:03:04:05:06:07');
  });
});

describe('what kind of address it is', () => {
  it.each([
    ['52:54:00:00:00:01', { group: false, zero: false, broadcast: false, local: true, station: true }],
    ['00:1b:21:00:00:01', { group: false, zero: false, broadcast: false, local: false, station: true }],
    ['01:00:5e:00:00:6a', { group: true, zero: false, broadcast: false, local: false, station: false }],
    ['33:33:00:00:00:01', { group: true, zero: false, broadcast: false, local: true, station: false }],
    ['ff:ff:ff:ff:ff:ff', { group: true, zero: false, broadcast: true, local: true, station: false }],
    ['00:00:00:00:00:00', { group: false, zero: true, broadcast: false, local: false, station: false }],
  ])('%s', (text, expected) => {
    const mac = MacAddress.of(text);
    expect({
      group: MacAddress.isGroup(mac),
      zero: MacAddress.isZero(mac),
      broadcast: MacAddress.isBroadcast(mac),
      local: MacAddress.isLocal(mac),
      station: MacAddress.isStationAddress(mac),
    }).toEqual(expected);
  });
});
