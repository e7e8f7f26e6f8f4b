import { describe, expect, it } from 'vitest';
import { EncodeError } from './encode-error.js';
import { type Icmpv6Envelope, icmpv6FrameLength, writeIcmpv6Frame } from './icmpv6-frame.js';
import { Ipv6Address } from './ipv6-address.js';
import { MacAddress } from './mac-address.js';
import { decodeMldQuery, encodeMldQuery, type MldQuery, mldQueryLength } from './mld-query.js';
import { VlanId } from './vlan-id.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const source = MacAddress.of('52:54:00:00:00:01');
const sourceIp = Ipv6Address.of('fe80::1');
const ADDRESSES = '333300000001 525400000001';
const IPV6 = '86dd 60000000 0024 00 01 fe800000000000000000000000000001 ff020000000000000000000000000001';
const HOP_BY_HOP = '3a 00 0502 0000 0100';
const NO_GROUP = '00'.repeat(16);

// checksums: checked with tshark 4.0.17
const frames: [name: string, hex: string, length: number, frame: MldQuery][] = [
  [
    'answered at once, untagged',
    `${ADDRESSES} ${IPV6} ${HOP_BY_HOP} 82 00 7da6 0000 0000 ${NO_GROUP} 02 7d 0000`,
    90,
    { source, sourceIp, maxResponseCode: 0, robustness: 2, intervalCode: 125 },
  ],
  [
    'with every field set, in VLAN 4094',
    `${ADDRESSES} 8100 0ffe ${IPV6} ${HOP_BY_HOP} 82 00 7824 ffff 0000 ${NO_GROUP} 07 ff 0000`,
    94,
    { source, vlan: VlanId.of(4094), sourceIp, maxResponseCode: 0xffff, robustness: 7, intervalCode: 0xff },
  ],
];

const envelope: Icmpv6Envelope = {
  destination: MacAddress.of('33:33:00:00:00:01'),
  source,
  destinationIp: Ipv6Address.of('ff02::1'),
  sourceIp,
  hopLimit: 1,
  routerAlert: true,
};
const MESSAGE = `82 00 0000 0000 0000 ${NO_GROUP} 02 7d 0000`;

/** A frame with the right lengths and checksum around any message. */
function framed(changes: Partial<Icmpv6Envelope>, message: string): Uint8Array {
  const around = { ...envelope, ...changes };
  const bytes = bytesOf(message);
  const out = new Uint8Array(icmpv6FrameLength(around, bytes.length));
  writeIcmpv6Frame('mld', around, bytes, out, 0);
  return out;
}

describe('encodeMldQuery', () => {
  it.each([
    ['one byte short', 0, 89],
    ['before the buffer', -1, 128],
  ])('throws and writes nothing %s', (_, offset, length) => {
    const out = new Uint8Array(length).fill(0xa5);
    const frame = { source, sourceIp, maxResponseCode: 0, robustness: 2, intervalCode: 125 };
    expect(() => encodeMldQuery(frame, out, offset)).toThrow(EncodeError);
    expect(out).toEqual(new Uint8Array(length).fill(0xa5));
  });

  it.each(frames)('writes every byte of one %s, and no other', (_, hex, length, frame) => {
    const out = new Uint8Array(length + 2).fill(0xa5);
    expect(mldQueryLength(frame)).toBe(length);
    expect(encodeMldQuery(frame, out, 1)).toBe(length);
    expect(out).toEqual(Uint8Array.of(0xa5, ...bytesOf(hex), 0xa5));
  });
});

describe('decodeMldQuery', () => {
  it.each<[string, Partial<Icmpv6Envelope>, string, string, number]>([
    ['a report', {}, MESSAGE.replace('82', '8f'), 'HERALD_WIRE_INVALID', 62],
    ['a query of version 1', {}, MESSAGE.slice(0, -10), 'HERALD_WIRE_TRUNCATED', 62],
    ['a code', {}, MESSAGE.replace('82 00', '82 01'), 'HERALD_WIRE_INVALID', 63],
    [
      'a query for one group',
      {},
      MESSAGE.replace(NO_GROUP, `ff15${NO_GROUP.slice(4)}`),
      'HERALD_WIRE_INVALID',
      70,
    ],
    ['a query for sources', {}, `${MESSAGE.slice(0, -4)}0001 ${NO_GROUP}`, 'HERALD_WIRE_INVALID', 88],
    ['one to one host', { destination: source }, MESSAGE, 'HERALD_WIRE_INVALID', 0],
    ['one that was routed', { hopLimit: 2 }, MESSAGE, 'HERALD_WIRE_INVALID', 21],
    ['one without router alert', { routerAlert: false }, MESSAGE, 'HERALD_WIRE_INVALID', 54],
    ['a global source', { sourceIp: Ipv6Address.of('2001:db8::1') }, MESSAGE, 'HERALD_WIRE_INVALID', 22],
    ['no source', { sourceIp: Ipv6Address.of('::') }, MESSAGE, 'HERALD_WIRE_INVALID', 22],
    [
      'one to another group',
      { destinationIp: Ipv6Address.of('ff02::2') },
      MESSAGE,
      'HERALD_WIRE_INVALID',
      38,
    ],
  ])('refuses %s', (_, changes, message, code, offset) => {
    expect(decodeMldQuery(framed(changes, message))).toMatchObject({ code, offset });
  });

  it.each(frames)('reads one %s', (_, hex, _length, frame) => {
    expect(decodeMldQuery(bytesOf(hex))).toEqual(frame);
  });

  it.each([
    ['behind Pad1', '00 0502 0000 00'],
    ['behind PadN', '01 00 0502 0000'],
  ])('finds the router alert %s', (_, options) => {
    const hex = `${ADDRESSES} ${IPV6} 3a 00 ${options} 82 00 7da6 0000 0000 ${NO_GROUP} 02 7d 0000`;
    expect(decodeMldQuery(bytesOf(hex))).toMatchObject({ sourceIp });
  });

  it('does not take padding that looks like one', () => {
    const hex = `${ADDRESSES} ${IPV6} 3a 00 01 04 0502 0000 82 00 7da6 0000 0000 ${NO_GROUP} 02 7d 0000`;
    expect(decodeMldQuery(bytesOf(hex))).toMatchObject({ code: 'HERALD_WIRE_INVALID', offset: 54 });
  });
});
