import { describe, expect, test } from 'vitest';
import { XdrReader } from './xdr-reader.js';

const readerOf = (hex: string): XdrReader => new XdrReader(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const having = (members: object): unknown => expect.objectContaining(members);
const fault = (details: object): unknown =>
  having({ code: 'HERALD_LIBVIRT_PROTOCOL', details: having(details) });

describe('XdrReader refuses', () => {
  test.each<[string, string, (reader: XdrReader) => unknown, object]>([
    ['an int that is cut short', '000000', (r) => r.int('x'), { offset: 0, expected: '4 bytes', got: '3' }],
    ['nothing at all', '', (r) => r.uint('x'), { got: '0' }],
    ['a hyper that is cut short', '00000000 0000', (r) => r.hyper('x'), { expected: '8 bytes', got: '6' }],
    ['a boolean of 2', '00000002', (r) => r.bool('x'), { expected: '0 or 1', got: '2' }],
    ['a boolean of -1', 'ffffffff', (r) => r.bool('x'), { got: '4294967295' }],
    [
      'a text that is longer than its bound',
      '00000005 61616161 61000000',
      (r) => r.string(4, 'x'),
      { expected: 'at most 4 bytes', got: '5' },
    ],
    [
      'a text of all the memory there is',
      'ffffffff 61616161',
      (r) => r.string(0xffff_ffff, 'x'),
      { offset: 4, got: '4' },
    ],
    ['a text that ends early', '00000005 61616161', (r) => r.string(9, 'x'), { offset: 4, got: '4' }],
    ['a text without its padding', '00000003 616161', (r) => r.string(9, 'x'), { expected: '4 bytes' }],
    [
      'padding that is not zero',
      '00000002 6161 0001',
      (r) => r.string(9, 'x'),
      { offset: 7, expected: 'zero as padding', got: '1' },
    ],
    ['fixed bytes that end early', '0102', (r) => r.fixed(16, 'uuid'), { what: 'uuid', got: '2' }],
    [
      'more items than may be',
      '00000003 00000000',
      (r) => r.array(2, 'x', () => r.int('y')),
      { expected: 'at most 2 items' },
    ],
    [
      'a million items that are not there',
      '000f4240 00000000',
      (r) => r.array(1e6, 'x', () => r.int('y')),
      { offset: 0, got: '4 bytes' },
    ],
    [
      'what is there beyond the end',
      '00000001 00000002',
      (r) => {
        r.int('x');
        r.end('whole');
      },
      { what: 'whole', offset: 4, expected: 'its end', got: '4 bytes more' },
    ],
  ])('%s', (_name, hex, read, details) => {
    expect(() => read(readerOf(hex))).toThrow(fault(details));
  });
});

describe('XdrReader reads', () => {
  test.each<[string, string, (reader: XdrReader) => unknown, unknown]>([
    ['the least int', '80000000', (r) => r.int('x'), -0x8000_0000],
    ['the largest unsigned int', 'ffffffff', (r) => r.uint('x'), 0xffff_ffff],
    ['a negative hyper', 'ffffffff fffffffe', (r) => r.hyper('x'), -2n],
    ['the largest unsigned hyper', 'ffffffff ffffffff', (r) => r.unsignedHyper('x'), 2n ** 64n - 1n],
    ['an empty text', '00000000', (r) => r.string(0, 'x'), ''],
    ['a text that needs no padding', '00000004 61626364', (r) => r.string(4, 'x'), 'abcd'],
    ['UTF-8', '00000002 c3a90000', (r) => r.string(4, 'x'), 'é'],
    ['what is no UTF-8', '00000002 ff410000', (r) => r.string(4, 'x'), '\uFFFDA'],
    ['nothing where something may be', '00000000', (r) => r.optional('x', () => r.int('y')), undefined],
    ['something where it may be', '00000001 00000007', (r) => r.optional('x', () => r.int('y')), 7],
    ['items', '00000002 00000001 00000002', (r) => r.array(2, 'x', () => r.int('y')), [1, 2]],
  ])('%s', (_name, hex, read, value) => {
    const reader = readerOf(hex);
    expect(read(reader)).toEqual(value);
    reader.end('whole');
  });

  test('a part of a larger buffer', () => {
    const bytes = Buffer.from('ffffffff00000003ffffffff', 'hex').subarray(4, 8);
    expect(new XdrReader(bytes).int('x')).toBe(3);
  });
});
