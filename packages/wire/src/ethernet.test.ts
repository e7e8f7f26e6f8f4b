import { describe, expect, it } from 'vitest';
import { EncodeError } from './encode-error.js';
import {
  decodeEthernet,
  type EthernetHeader,
  EtherType,
  encodeEthernet,
  ethernetLength,
  type VlanTag,
} from './ethernet.js';
import { MacAddress } from './mac-address.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const ADDRESSES = 'ffffffffffff 525400000001';
const header = (tags: readonly VlanTag[], etherType = 0x0806): EthernetHeader => ({
  destination: MacAddress.of('ff:ff:ff:ff:ff:ff'),
  source: MacAddress.of('52:54:00:00:00:01'),
  tags,
  etherType,
});

describe('decodeEthernet', () => {
  it.each([
    ['nothing', '', 0],
    ['a header without its last byte', `${ADDRESSES} 08`, 0],
    ['a tag without its etherType', `${ADDRESSES} 8100 0064`, 12],
    ['a second tag without its etherType', `${ADDRESSES} 88a8 0064 8100 0001 08`, 16],
  ])('refuses %s', (_, hex, offset) => {
    expect(decodeEthernet(bytesOf(hex))).toMatchObject({ code: 'HERALD_WIRE_TRUNCATED', offset });
  });

  it.each([
    ['untagged', `${ADDRESSES} 0806`, 14, header([])],
    ['an 802.3 length', `${ADDRESSES} 0026`, 14, header([], 0x26)],
    [
      'one tag, every field set',
      `${ADDRESSES} 8100 bffe 0806`,
      18,
      header([{ protocol: EtherType.customerTag, id: 4094, priority: 5, dropEligible: true }]),
    ],
    [
      'a priority tag',
      `${ADDRESSES} 8100 6000 0806`,
      18,
      header([{ protocol: EtherType.customerTag, id: 0, priority: 3, dropEligible: false }]),
    ],
    [
      'QinQ, outermost first',
      `${ADDRESSES} 88a8 0064 8100 0fff 0806`,
      22,
      header([
        { protocol: EtherType.serviceTag, id: 100, priority: 0, dropEligible: false },
        { protocol: EtherType.customerTag, id: 4095, priority: 0, dropEligible: false },
      ]),
    ],
    [
      'a third tag, as the etherType',
      `${ADDRESSES} 8100 0001 8100 0002 8100 0003 0806`,
      22,
      header(
        [
          { protocol: EtherType.customerTag, id: 1, priority: 0, dropEligible: false },
          { protocol: EtherType.customerTag, id: 2, priority: 0, dropEligible: false },
        ],
        0x8100,
      ),
    ],
  ])('reads and writes %s', (_, hex, payloadOffset, expected) => {
    expect(decodeEthernet(bytesOf(hex))).toEqual({ ...expected, payloadOffset });

    const out = new Uint8Array(payloadOffset + 2).fill(0xa5);
    expect(ethernetLength(expected)).toBe(payloadOffset);
    expect(encodeEthernet(expected, out, 1)).toBe(payloadOffset);
    expect(out).toEqual(Uint8Array.of(0xa5, ...bytesOf(hex).subarray(0, payloadOffset), 0xa5));
  });
});

describe('encodeEthernet', () => {
  it.each([
    [0, 13],
    [1, 14],
    [-1, 20],
  ])('does not write at %d of %d bytes', (offset, length) => {
    const out = new Uint8Array(length).fill(0xa5);
    expect(() => encodeEthernet(header([]), out, offset)).toThrow(EncodeError);
    expect(out).toEqual(new Uint8Array(length).fill(0xa5));
  });
});
