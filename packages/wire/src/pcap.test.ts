import { describe, expect, it } from 'vitest';
import { EncodeError } from './encode-error.js';
import { decodePcap, encodePcap, LINKTYPE_ETHERNET, type PcapFile, pcapLength } from './pcap.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const frame = Uint8Array.of(1, 2, 3);
const file = {
  precision: 'nanosecond',
  snapLength: 65535,
  linkType: LINKTYPE_ETHERNET,
  records: [
    { timestampNs: 2_000_000_003n, frame },
    { timestampNs: 4_294_967_295_999_999_999n, frame: new Uint8Array(), originalLength: 1500 },
  ],
} satisfies PcapFile;

//                     magic    2.4       zone     accuracy snap     link
const NANOSECOND = '4d3cb2a1 0200 0400 00000000 00000000 ffff0000 01000000';
const BIG_ENDIAN = 'a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000001';
const MICROSECOND = 'd4c3b2a1 0200 0400 00000000 00000000 00000000 01000000';

describe('decodePcap', () => {
  it.each([
    ['nothing', '', 'HERALD_WIRE_TRUNCATED', 0],
    ['a header cut by a byte', NANOSECOND.slice(0, -2), 'HERALD_WIRE_TRUNCATED', 0],
    ['pcapng', `0a0d0d0a ${'00'.repeat(24)}`, 'HERALD_WIRE_INVALID', 0],
    ['version 3', NANOSECOND.replace('0200', '0300'), 'HERALD_WIRE_INVALID', 4],
    ['a record header cut', `${NANOSECOND} ${'00'.repeat(15)}`, 'HERALD_WIRE_TRUNCATED', 24],
    ['a frame cut', `${NANOSECOND} 02000000 03000000 03000000 03000000 0102`, 'HERALD_WIRE_TRUNCATED', 40],
    ['10^9 ns', `${NANOSECOND} 02000000 00ca9a3b 00000000 00000000`, 'HERALD_WIRE_INVALID', 28],
    ['10^6 us', `${MICROSECOND} 02000000 40420f00 00000000 00000000`, 'HERALD_WIRE_INVALID', 28],
    ['4 GiB in a record', `${NANOSECOND} 02000000 03000000 ffffffff ffffffff`, 'HERALD_WIRE_INVALID', 32],
  ])('refuses %s', (_, hex, code, offset) => {
    expect(decodePcap(bytesOf(hex))).toMatchObject({ code, offset, format: 'pcap' });
  });

  it('reads the byte order of other machines', () => {
    const record = '00000002 00000003 00000003 00000003 010203';
    expect(decodePcap(bytesOf(`${BIG_ENDIAN} ${record}`))).toEqual({ ...file, records: [file.records[0]] });
  });

  it('leaves out what the link type says of an FCS', () => {
    expect(decodePcap(bytesOf(NANOSECOND.replace(/01000000$/, '01000024')))).toMatchObject({ linkType: 1 });
  });
});

describe('encodePcap', () => {
  it('throws where the capture does not fit', () => {
    expect(() => encodePcap(file, new Uint8Array(pcapLength(file) - 1), 0)).toThrow(EncodeError);
  });

  it('writes nanoseconds', () => {
    const out = new Uint8Array(pcapLength(file)).fill(0xa5);
    expect(encodePcap(file, out, 0)).toBe(out.length);
    expect(out).toEqual(
      bytesOf(`${NANOSECOND} 02000000 03000000 03000000 03000000 010203 ffffffff ffc99a3b 00000000 dc050000`),
    );
    expect(decodePcap(out)).toEqual(file);
  });

  it('rounds down to microseconds', () => {
    const records = [{ timestampNs: 2_000_001_999n, frame }];
    const out = new Uint8Array(43).fill(0xa5);
    encodePcap({ ...file, precision: 'microsecond', snapLength: 0, records }, out, 0);
    expect(out).toEqual(bytesOf(`${MICROSECOND} 02000000 01000000 03000000 03000000 010203`));
  });
});
