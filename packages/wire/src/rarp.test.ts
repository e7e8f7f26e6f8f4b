import { describe, expect, it } from 'vitest';
import { EncodeError } from './encode-error.js';
import { MacAddress } from './mac-address.js';
import { decodeRarp, encodeRarp, type RarpFrame, rarpLength } from './rarp.js';
import { VlanId } from './vlan-id.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const ADDRESSES = 'ffffffffffff 525400abcdef';
const PACKET = '8035 0001 0800 06 04 0003 525400abcdef 00000000 525400abcdef 00000000';
const PADDING = '00'.repeat(18);
const mac = MacAddress.of('52:54:00:ab:cd:ef');

const frames: [name: string, hex: string, length: number, frame: RarpFrame][] = [
  ['untagged', `${ADDRESSES} ${PACKET} ${PADDING}`, 60, { mac }],
  ['in VLAN 1', `${ADDRESSES} 8100 0001 ${PACKET} ${PADDING}`, 64, { mac, vlan: VlanId.of(1) }],
  ['in VLAN 4094', `${ADDRESSES} 8100 0ffe ${PACKET} ${PADDING}`, 64, { mac, vlan: VlanId.of(4094) }],
];

describe('encodeRarp', () => {
  it.each([
    ['one byte short', 0, 59, { mac }],
    ['one byte short for the tag', 0, 63, { mac, vlan: VlanId.of(1) }],
    ['before the buffer', -1, 128, { mac }],
    ['beyond the buffer', 128, 128, { mac }],
  ])('throws and writes nothing %s', (_, offset, length, frame) => {
    const out = new Uint8Array(length).fill(0xa5);
    expect(() => encodeRarp(frame, out, offset)).toThrow(EncodeError);
    expect(out).toEqual(new Uint8Array(length).fill(0xa5));
  });

  it.each(frames)('writes every byte of a frame %s and no other', (_, hex, length, frame) => {
    const out = new Uint8Array(length + 2).fill(0xa5);
    expect(rarpLength(frame)).toBe(length);
    expect(encodeRarp(frame, out, 1)).toBe(length);
    expect(out).toEqual(Uint8Array.of(0xa5, ...bytesOf(hex), 0xa5));
  });

  it('leaves nothing of an earlier tagged frame in a reused slot but its tail', () => {
    const out = new Uint8Array(64);
    encodeRarp({ mac: MacAddress.of('ff:ff:ff:ff:ff:fe'), vlan: VlanId.of(4094) }, out, 0);
    const length = encodeRarp({ mac }, out, 0);
    expect(out.subarray(0, length)).toEqual(bytesOf(`${ADDRESSES} ${PACKET} ${PADDING}`));
  });
});

describe('decodeRarp', () => {
  const tail = `0800 06 04 0003 525400abcdef 00000000 525400abcdef 00000000`;
  it.each([
    ['an empty frame', '', 'HERALD_WIRE_TRUNCATED', 0],
    ['a packet cut by a byte', `${ADDRESSES} ${PACKET}`.slice(0, -2), 'HERALD_WIRE_TRUNCATED', 14],
    ['ARP', `${ADDRESSES} 0806 0001 ${tail}`, 'HERALD_WIRE_INVALID', 12],
    ['ARP in a VLAN', `${ADDRESSES} 8100 0064 0806 0001 ${tail}`, 'HERALD_WIRE_INVALID', 16],
    ['a frame to one station', `020000000001 525400abcdef ${PACKET}`, 'HERALD_WIRE_INVALID', 0],
    ['a service tag', `${ADDRESSES} 88a8 0064 ${PACKET}`, 'HERALD_WIRE_INVALID', 12],
    ['two tags', `${ADDRESSES} 8100 0064 8100 0064 ${PACKET}`, 'HERALD_WIRE_INVALID', 12],
    ['VLAN 4095', `${ADDRESSES} 8100 0fff ${PACKET}`, 'HERALD_WIRE_INVALID', 12],
    ['token ring', `${ADDRESSES} 8035 0006 ${tail}`, 'HERALD_WIRE_INVALID', 14],
    ['IPv6', `${ADDRESSES} ${PACKET.replace('0800', '86dd')}`, 'HERALD_WIRE_INVALID', 16],
    ['8-byte MACs', `${ADDRESSES} ${PACKET.replace(' 06 ', ' 08 ')}`, 'HERALD_WIRE_INVALID', 18],
    ['16-byte IPs', `${ADDRESSES} ${PACKET.replace(' 04 ', ' 10 ')}`, 'HERALD_WIRE_INVALID', 19],
    ['an answer', `${ADDRESSES} ${PACKET.replace('0003', '0004')}`, 'HERALD_WIRE_INVALID', 20],
    [
      'an answer in a VLAN',
      `${ADDRESSES} 8100 0001 ${PACKET.replace('0003', '0004')}`,
      'HERALD_WIRE_INVALID',
      24,
    ],
    ['a sender that is not the source', `ffffffffffff 020000000001 ${PACKET}`, 'HERALD_WIRE_INVALID', 22],
    ['a sender IP', `${ADDRESSES} ${PACKET.replace('00000000', '0a000001')}`, 'HERALD_WIRE_INVALID', 28],
    [
      "a question for another's IP",
      `${ADDRESSES} ${PACKET.replace('00000000 525400abcdef', '00000000 020000000001')}`,
      'HERALD_WIRE_INVALID',
      32,
    ],
    ['a target IP', `${ADDRESSES} ${PACKET.replace(/00000000$/, '0a000001')}`, 'HERALD_WIRE_INVALID', 38],
  ])('refuses %s', (_, hex, code, offset) => {
    expect(decodeRarp(bytesOf(hex))).toMatchObject({ code, offset });
  });

  it.each(frames)('reads a frame %s', (_, hex, _length, frame) => {
    expect(decodeRarp(bytesOf(hex))).toEqual(frame);
  });

  it.each([
    ['a priority tag as untagged', `${ADDRESSES} 8100 6000 ${PACKET}`, { mac }],
    ['a tag with priority', `${ADDRESSES} 8100 e064 ${PACKET}`, { mac, vlan: 100 }],
    ['padding that is not zero', `${ADDRESSES} ${PACKET} ${'a5'.repeat(18)}`, { mac }],
    ['no padding', `${ADDRESSES} ${PACKET}`, { mac }],
  ])('takes %s', (_, hex, frame) => {
    expect(decodeRarp(bytesOf(hex))).toEqual(frame);
  });
});
