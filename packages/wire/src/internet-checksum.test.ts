import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { internetChecksum, sumOfWords } from './internet-checksum.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('internetChecksum', () => {
  it.each([
    ['of nothing', '', 0xffff],
    ['of RFC 1071 section 3, whose sum is ddf2', '0001 f203 f4f5 f6f7', 0x220d],
    ['of an odd number of bytes, zero being added', '0001 f2', 0x0dfe],
    ['of what folds twice', 'ffff 0001 ffff', 0xfffe],
    ["of QEMU's guest's IGMP report with its checksum", '2200 fb93 0000 0001 0200 0000 e000 006a', 0],
  ])('%s', (_, hex, expected) => {
    const bytes = bytesOf(`ffff ${hex} ffff`);
    expect(internetChecksum(bytes, 2, bytes.length - 2)).toBe(expected);
  });

  it('takes parts apart, and the largest there are', () => {
    const bytes = new Uint8Array(65_536).fill(0xff);
    expect(sumOfWords(bytes, 0, bytes.length)).toBe(32_768 * 0xffff);
    expect(internetChecksum(bytes, 0, bytes.length, sumOfWords(bytes, 0, bytes.length))).toBe(0);
  });

  it('is 0 over bytes with their checksum appended, and tells every single changed byte', () => {
    const words = fc.array(fc.nat({ max: 0xff }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(words, fc.nat(), fc.integer({ min: 1, max: 0xff }), (values, at, change) => {
        const bytes = Uint8Array.of(...values, ...(values.length % 2 === 1 ? [0] : []), 0, 0);
        const checksum = internetChecksum(bytes, 0, bytes.length);
        bytes.set([checksum >> 8, checksum & 0xff], bytes.length - 2);
        expect(internetChecksum(bytes, 0, bytes.length)).toBe(0);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ change;
        expect(internetChecksum(bytes, 0, bytes.length)).not.toBe(0);
      }),
    );
  });
});
