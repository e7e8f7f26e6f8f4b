import { describe, expect, it } from 'vitest';
import { EncodeError } from './encode-error.js';
import { type IgmpEnvelope, igmpFrameLength, writeIgmpFrame } from './igmp-frame.js';
import { decodeIgmpQuery, encodeIgmpQuery, type IgmpQuery, igmpQueryLength } from './igmp-query.js';
import { Ipv4Address } from './ipv4-address.js';
import { MacAddress } from './mac-address.js';
import { VlanId } from './vlan-id.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const source = MacAddress.of('52:54:00:00:00:01');
const ADDRESSES = '01005e000001 525400000001';
const IPV4 = '0800 46c0 0024 0000 4000 01 02 0413 00000000 e0000001 94040000';
const MESSAGE = '11 00 ec82 00000000 02 7d 0000';
const PADDING = '00'.repeat(10);

// checksums: checked with tshark 4.0.17
const frames: [name: string, hex: string, length: number, frame: IgmpQuery][] = [
  [
    'answered at once, untagged',
    `${ADDRESSES} ${IPV4} ${MESSAGE} ${PADDING}`,
    60,
    { source, maxResponseCode: 0, robustness: 2, intervalCode: 125 },
  ],
  [
    'with every field set, in VLAN 4094',
    `${ADDRESSES} 8100 0ffe ${IPV4} 11 ff e601 00000000 07 ff 0000 ${PADDING}`,
    64,
    { source, vlan: VlanId.of(4094), maxResponseCode: 0xff, robustness: 7, intervalCode: 0xff },
  ],
];

const envelope: IgmpEnvelope = {
  destination: MacAddress.of('01:00:5e:00:00:01'),
  source,
  destinationIp: Ipv4Address.of('224.0.0.1'),
  sourceIp: Ipv4Address.of('0.0.0.0'),
};

/** A frame with the right lengths and checksums around any message. */
function framed(changes: Partial<IgmpEnvelope>, message: string): Uint8Array {
  const around = { ...envelope, ...changes };
  const bytes = bytesOf(message);
  const out = new Uint8Array(igmpFrameLength(around.vlan, bytes.length));
  writeIgmpFrame(around, bytes, out, 0);
  return out;
}

describe('encodeIgmpQuery', () => {
  it.each([
    ['one byte short', 0, 59],
    ['before the buffer', -1, 128],
  ])('throws and writes nothing %s', (_, offset, length) => {
    const out = new Uint8Array(length).fill(0xa5);
    const frame = { source, maxResponseCode: 0, robustness: 2, intervalCode: 125 };
    expect(() => encodeIgmpQuery(frame, out, offset)).toThrow(EncodeError);
    expect(out).toEqual(new Uint8Array(length).fill(0xa5));
  });

  it.each(frames)('writes every byte of one %s, and no other', (_, hex, length, frame) => {
    const out = new Uint8Array(length + 2).fill(0xa5);
    expect(igmpQueryLength(frame)).toBe(length);
    expect(encodeIgmpQuery(frame, out, 1)).toBe(length);
    expect(out).toEqual(Uint8Array.of(0xa5, ...bytesOf(hex), 0xa5));
  });
});

describe('decodeIgmpQuery', () => {
  const whole = `${ADDRESSES} ${IPV4} ${MESSAGE}`;
  it.each([
    ['an empty frame', '', 'HERALD_WIRE_TRUNCATED', 0],
    ['an IP header cut by a byte', whole.replaceAll(' ', '').slice(0, 66), 'HERALD_WIRE_TRUNCATED', 14],
    ['a packet cut by a byte', whole.slice(0, -2), 'HERALD_WIRE_TRUNCATED', 14],
    ['IPv6', whole.replace('0800', '86dd'), 'HERALD_WIRE_INVALID', 12],
    ['two tags', `${ADDRESSES} 8100 0001 8100 0001 ${IPV4}`, 'HERALD_WIRE_INVALID', 12],
    ['version 6 inside', whole.replace('46c0', '66c0'), 'HERALD_WIRE_INVALID', 14],
    ['a header of 16 bytes', whole.replace('46c0', '44c0'), 'HERALD_WIRE_INVALID', 14],
    ['a packet shorter than its header', whole.replace('0024', '0017'), 'HERALD_WIRE_INVALID', 16],
    ['a first fragment', whole.replace('0000 4000', '0000 2000'), 'HERALD_WIRE_INVALID', 20],
    ['a last fragment', whole.replace('0000 4000', '0000 0001'), 'HERALD_WIRE_INVALID', 20],
    ['UDP', whole.replace('01 02', '01 11'), 'HERALD_WIRE_INVALID', 23],
    ['a wrong header checksum', whole.replace('0413', '0414'), 'HERALD_WIRE_INVALID', 24],
    ['a wrong checksum', whole.replace('ec82', 'ec83'), 'HERALD_WIRE_INVALID', 40],
    [
      'a message of 4 bytes',
      whole.replace('0024', '001c').replace('0413', '041b'),
      'HERALD_WIRE_TRUNCATED',
      38,
    ],
    ['a packet that was routed', whole.replace('01 02 0413', '02 02 0313'), 'HERALD_WIRE_INVALID', 22],
    [
      'no router alert',
      whole.replace('0413', '9817').replace('94040000', '00000000'),
      'HERALD_WIRE_INVALID',
      34,
    ],
  ])('refuses %s', (_, hex, code, offset) => {
    expect(decodeIgmpQuery(bytesOf(hex))).toMatchObject({ code, offset });
  });

  it.each<[string, Partial<IgmpEnvelope>, string, string, number]>([
    ['a report', {}, '22 00 0000 00000000 02 7d 0000', 'HERALD_WIRE_INVALID', 38],
    ['a query of version 2', {}, '11 64 0000 00000000', 'HERALD_WIRE_TRUNCATED', 38],
    ['a query for one group', {}, '11 64 0000 ef010101 02 7d 0000', 'HERALD_WIRE_INVALID', 42],
    ['a query for sources', {}, '11 64 0000 00000000 02 7d 0001 c0000201', 'HERALD_WIRE_INVALID', 48],
    ['one to one host', { destination: source }, MESSAGE, 'HERALD_WIRE_INVALID', 0],
    [
      'a querier with an address',
      { sourceIp: Ipv4Address.of('192.0.2.1') },
      MESSAGE,
      'HERALD_WIRE_INVALID',
      26,
    ],
    [
      'one to another group',
      { destinationIp: Ipv4Address.of('224.0.0.2') },
      MESSAGE,
      'HERALD_WIRE_INVALID',
      30,
    ],
  ])('refuses %s', (_, changes, message, code, offset) => {
    expect(decodeIgmpQuery(framed(changes, message))).toMatchObject({ code, offset });
  });

  it.each(frames)('reads one %s', (_, hex, _length, frame) => {
    expect(decodeIgmpQuery(bytesOf(hex))).toEqual(frame);
  });

  it('takes the S flag', () => {
    expect(decodeIgmpQuery(framed({}, '11 00 0000 00000000 0a 7d 0000'))).toMatchObject({ robustness: 2 });
  });
});
