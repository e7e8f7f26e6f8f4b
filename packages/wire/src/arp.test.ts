import { describe, expect, it } from 'vitest';
import { type ArpFrame, arpLength, decodeArp, encodeArp } from './arp.js';
import { EncodeError } from './encode-error.js';
import { Ipv4Address } from './ipv4-address.js';
import { MacAddress } from './mac-address.js';
import { VlanId } from './vlan-id.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const request: ArpFrame = {
  destination: MacAddress.of('ff:ff:ff:ff:ff:ff'),
  source: MacAddress.of('52:54:00:00:00:01'),
  operation: 'request',
  senderMac: MacAddress.of('52:54:00:00:00:01'),
  senderIp: Ipv4Address.of('192.0.2.1'),
  targetMac: MacAddress.of('00:00:00:00:00:00'),
  targetIp: Ipv4Address.of('192.0.2.254'),
};
const reply: ArpFrame = {
  destination: MacAddress.of('02:00:00:00:00:fe'),
  source: MacAddress.of('52:54:00:00:00:01'),
  vlan: VlanId.of(0x123),
  operation: 'reply',
  senderMac: MacAddress.of('52:54:00:00:00:01'),
  senderIp: Ipv4Address.of('192.0.2.1'),
  targetMac: MacAddress.of('02:00:00:00:00:fe'),
  targetIp: Ipv4Address.of('192.0.2.254'),
};

const REQUEST = '0806 0001 0800 06 04 0001 525400000001 c0000201 000000000000 c00002fe';
const REPLY = '0806 0001 0800 06 04 0002 525400000001 c0000201 0200000000fe c00002fe';
const PADDING = '00'.repeat(18);

const frames: [name: string, hex: string, length: number, frame: ArpFrame][] = [
  ['a request, untagged', `ffffffffffff 525400000001 ${REQUEST} ${PADDING}`, 60, request],
  ['a reply, tagged', `0200000000fe 525400000001 8100 0123 ${REPLY} ${PADDING}`, 64, reply],
];

describe('encodeArp', () => {
  it.each([
    ['one byte short', 0, 59, request],
    ['one byte short for the tag', 0, 63, reply],
    ['before the buffer', -1, 128, request],
  ])('throws and writes nothing %s', (_, offset, length, frame) => {
    const out = new Uint8Array(length).fill(0xa5);
    expect(() => encodeArp(frame, out, offset)).toThrow(EncodeError);
    expect(out).toEqual(new Uint8Array(length).fill(0xa5));
  });

  it.each(frames)('writes every byte of %s, and no other', (_, hex, length, frame) => {
    const out = new Uint8Array(length + 2).fill(0xa5);
    expect(arpLength(frame)).toBe(length);
    expect(encodeArp(frame, out, 1)).toBe(length);
    expect(out).toEqual(Uint8Array.of(0xa5, ...bytesOf(hex), 0xa5));
  });
});

describe('decodeArp', () => {
  const addresses = 'ffffffffffff 525400000001';
  it.each([
    ['an empty frame', '', 'HERALD_WIRE_TRUNCATED', 0],
    ['a packet cut by a byte', `${addresses} ${REQUEST}`.slice(0, -2), 'HERALD_WIRE_TRUNCATED', 14],
    ['RARP', `${addresses} ${REQUEST.replace('0806', '8035')}`, 'HERALD_WIRE_INVALID', 12],
    ['operation 0', `${addresses} ${REQUEST.replace('04 0001', '04 0000')}`, 'HERALD_WIRE_INVALID', 20],
    ['operation 3', `${addresses} ${REQUEST.replace('04 0001', '04 0003')}`, 'HERALD_WIRE_INVALID', 20],
    ['two tags', `${addresses} 88a8 0001 8100 0001 ${REQUEST}`, 'HERALD_WIRE_INVALID', 12],
    ['IPv6', `${addresses} ${REQUEST.replace('0800', '86dd')}`, 'HERALD_WIRE_INVALID', 16],
  ])('refuses %s', (_, hex, code, offset) => {
    expect(decodeArp(bytesOf(hex))).toMatchObject({ code, offset });
  });

  it.each(frames)('reads %s', (_, hex, _length, frame) => {
    expect(decodeArp(bytesOf(hex))).toEqual(frame);
  });
});
