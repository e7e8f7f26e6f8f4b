import { describe, expect, it } from 'vitest';
import { EncodeError } from './encode-error.js';
import {
  decodeGratuitousArp,
  encodeGratuitousArp,
  type GratuitousArp,
  gratuitousArpLength,
} from './gratuitous-arp.js';
import { Ipv4Address } from './ipv4-address.js';
import { MacAddress } from './mac-address.js';
import { VlanId } from './vlan-id.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const mac = MacAddress.of('52:54:00:ab:cd:ef');
const address = Ipv4Address.of('192.0.2.1');
const ADDRESSES = 'ffffffffffff 525400abcdef';
const REQUEST = '0806 0001 0800 06 04 0001 525400abcdef c0000201 000000000000 c0000201';
const REPLY = '0806 0001 0800 06 04 0002 525400abcdef c0000201 525400abcdef c0000201';
const PADDING = '00'.repeat(18);
const TARGET_MAC = 32;

const frames: [name: string, hex: string, length: number, frame: GratuitousArp][] = [
  ['a request', `${ADDRESSES} ${REQUEST} ${PADDING}`, 60, { mac, address, operation: 'request' }],
  ['a reply', `${ADDRESSES} ${REPLY} ${PADDING}`, 60, { mac, address, operation: 'reply' }],
  [
    'a request in VLAN 4094',
    `${ADDRESSES} 8100 0ffe ${REQUEST} ${PADDING}`,
    64,
    { mac, vlan: VlanId.of(4094), address, operation: 'request' },
  ],
  [
    'a reply in VLAN 1',
    `${ADDRESSES} 8100 0001 ${REPLY} ${PADDING}`,
    64,
    { mac, vlan: VlanId.of(1), address, operation: 'reply' },
  ],
];

describe('encodeGratuitousArp', () => {
  it.each([
    ['one byte short', 0, 59],
    ['before the buffer', -1, 128],
  ])('throws and writes nothing %s', (_, offset, length) => {
    const out = new Uint8Array(length).fill(0xa5);
    expect(() => encodeGratuitousArp({ mac, address, operation: 'reply' }, out, offset)).toThrow(EncodeError);
    expect(out).toEqual(new Uint8Array(length).fill(0xa5));
  });

  it.each(frames)('writes every byte of %s, and no other', (_, hex, length, frame) => {
    const out = new Uint8Array(length + 2).fill(0xa5);
    expect(gratuitousArpLength(frame)).toBe(length);
    expect(encodeGratuitousArp(frame, out, 1)).toBe(length);
    expect(out).toEqual(Uint8Array.of(0xa5, ...bytesOf(hex), 0xa5));
  });
});

describe('decodeGratuitousArp', () => {
  it.each([
    ['an empty frame', '', 'HERALD_WIRE_TRUNCATED', 0],
    ['a packet cut by a byte', `${ADDRESSES} ${REQUEST}`.slice(0, -2), 'HERALD_WIRE_TRUNCATED', 14],
    ['RARP', `${ADDRESSES} ${REQUEST.replace('0806', '8035')}`, 'HERALD_WIRE_INVALID', 12],
    ['one to a single host', `020000000001 525400abcdef ${REPLY}`, 'HERALD_WIRE_INVALID', 0],
    ["another sender than the frame's", `ffffffffffff 020000000001 ${REPLY}`, 'HERALD_WIRE_INVALID', 22],
    ['the same in a VLAN', `ffffffffffff 020000000001 8100 0001 ${REPLY}`, 'HERALD_WIRE_INVALID', 26],
    ["a question for another's IP", `${ADDRESSES} ${REQUEST.slice(0, -2)}02`, 'HERALD_WIRE_INVALID', 38],
    [
      'the same with a priority tag',
      `${ADDRESSES} 8100 e000 ${REQUEST.slice(0, -2)}02`,
      'HERALD_WIRE_INVALID',
      42,
    ],
  ])('refuses %s', (_, hex, code, offset) => {
    expect(decodeGratuitousArp(bytesOf(hex))).toMatchObject({ code, offset });
  });

  it.each(frames)('reads %s', (_, hex, _length, frame) => {
    expect(decodeGratuitousArp(bytesOf(hex))).toEqual(frame);
  });

  it.each([
    ['broadcast', 'ffffffffffff'],
    ['zero', '000000000000'],
    ["the sender's", '525400abcdef'],
  ])('takes a target MAC that is %s, in both forms', (_, target) => {
    for (const operation of ['request', 'reply'] as const) {
      const frame = new Uint8Array(60);
      encodeGratuitousArp({ mac, address, operation }, frame, 0);
      frame.set(bytesOf(target), TARGET_MAC);
      expect(decodeGratuitousArp(frame)).toEqual({ mac, address, operation });
    }
  });
});
