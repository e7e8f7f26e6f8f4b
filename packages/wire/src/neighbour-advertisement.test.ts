import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDecodeError } from './decode-error.js';
import { EncodeError } from './encode-error.js';
import { type Icmpv6Envelope, icmpv6FrameLength, writeIcmpv6Frame } from './icmpv6-frame.js';
import { Ipv6Address } from './ipv6-address.js';
import { MacAddress } from './mac-address.js';
import {
  decodeNeighbourAdvertisement,
  encodeNeighbourAdvertisement,
  type NeighbourAdvertisement,
  neighbourAdvertisementLength,
} from './neighbour-advertisement.js';
import { VlanId } from './vlan-id.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const mac = MacAddress.of('52:54:00:00:00:01');
const address = Ipv6Address.of('2001:db8::1');
const ADDRESSES = '333300000001 525400000001';
const IPV6 = `86dd 60000000 0020 3a ff 20010db8000000000000000000000001 ff020000000000000000000000000001`;
const TARGET = '20010db8000000000000000000000001';
const OPTION = '02 01 525400000001';

// checksums: checked with tshark 4.0.17
const frames: [name: string, hex: string, length: number, frame: NeighbourAdvertisement][] = [
  [
    'with override, untagged',
    `${ADDRESSES} ${IPV6} 88 00 a8d6 20000000 ${TARGET} ${OPTION}`,
    86,
    { mac, address, router: false, override: true },
  ],
  [
    'of a router, in VLAN 4094',
    `${ADDRESSES} 8100 0ffe ${IPV6} 88 00 48d6 80000000 ${TARGET} ${OPTION}`,
    90,
    { mac, vlan: VlanId.of(4094), address, router: true, override: false },
  ],
];

const envelope: Icmpv6Envelope = {
  destination: MacAddress.of('33:33:00:00:00:01'),
  source: mac,
  destinationIp: Ipv6Address.of('ff02::1'),
  sourceIp: address,
  hopLimit: 255,
  routerAlert: false,
};
const MESSAGE = `88 00 0000 20000000 ${TARGET}`;

/** A frame with the right lengths and checksum around any message. */
function framed(changes: Partial<Icmpv6Envelope>, message: string | Uint8Array): Uint8Array {
  const bytes = typeof message === 'string' ? bytesOf(message) : message;
  const around = { ...envelope, ...changes };
  const out = new Uint8Array(icmpv6FrameLength(around, bytes.length));
  writeIcmpv6Frame('neighbour-advertisement', around, bytes, out, 0);
  return out;
}

describe('encodeNeighbourAdvertisement', () => {
  it.each([
    ['one byte short', 0, 85],
    ['before the buffer', -1, 128],
  ])('throws and writes nothing %s', (_, offset, length) => {
    const out = new Uint8Array(length).fill(0xa5);
    const frame = { mac, address, router: false, override: true };
    expect(() => encodeNeighbourAdvertisement(frame, out, offset)).toThrow(EncodeError);
    expect(out).toEqual(new Uint8Array(length).fill(0xa5));
  });

  it.each(frames)('writes every byte of one %s, and no other', (_, hex, length, frame) => {
    const out = new Uint8Array(length + 2).fill(0xa5);
    expect(neighbourAdvertisementLength(frame)).toBe(length);
    expect(encodeNeighbourAdvertisement(frame, out, 1)).toBe(length);
    expect(out).toEqual(Uint8Array.of(0xa5, ...bytesOf(hex), 0xa5));
  });
});

describe('decodeNeighbourAdvertisement', () => {
  const whole = `${ADDRESSES} ${IPV6} 88 00 a8d6 20000000 ${TARGET} ${OPTION}`;
  it.each([
    ['an empty frame', '', 'HERALD_WIRE_TRUNCATED', 0],
    ['an IPv6 header cut by a byte', whole.replaceAll(' ', '').slice(0, 106), 'HERALD_WIRE_TRUNCATED', 14],
    ['a payload cut by a byte', whole.slice(0, -2), 'HERALD_WIRE_TRUNCATED', 54],
    ['IPv4', whole.replace('86dd', '0800'), 'HERALD_WIRE_INVALID', 12],
    ['version 4 inside', whole.replace('60000000', '40000000'), 'HERALD_WIRE_INVALID', 14],
    ['UDP', whole.replace('0020 3a', '0020 11'), 'HERALD_WIRE_INVALID', 20],
    ['a wrong checksum', whole.replace('a8d6', 'a8d7'), 'HERALD_WIRE_INVALID', 56],
    ['another address of the same length', whole.replace('20010db8', '20010db9'), 'HERALD_WIRE_INVALID', 56],
    ['a service tag', `${ADDRESSES} 88a8 0001 ${IPV6}`, 'HERALD_WIRE_INVALID', 12],
    ['no message', `${ADDRESSES} ${IPV6.replace('0020', '0000')}`, 'HERALD_WIRE_TRUNCATED', 54],
    ['a hop-by-hop header that is cut', whole.replace('0020 3a', '0001 00'), 'HERALD_WIRE_TRUNCATED', 54],
    [
      'a hop-by-hop header longer than the packet',
      whole.replace('0020 3a', '0020 00').replace('88 00 a8d6', '3a ff a8d6'),
      'HERALD_WIRE_TRUNCATED',
      54,
    ],
    [
      'UDP behind hop-by-hop',
      whole.replace('0020 3a', '0020 00').replace('88', '11'),
      'HERALD_WIRE_INVALID',
      54,
    ],
  ])('refuses %s', (_, hex, code, offset) => {
    expect(decodeNeighbourAdvertisement(bytesOf(hex))).toMatchObject({ code, offset });
  });

  it.each<[string, Partial<Icmpv6Envelope>, string, string, number]>([
    ['a solicitation', {}, `87 00 0000 00000000 ${TARGET} ${OPTION}`, 'HERALD_WIRE_INVALID', 54],
    ['a code', {}, `88 01 0000 20000000 ${TARGET} ${OPTION}`, 'HERALD_WIRE_INVALID', 55],
    ['no target', {}, '88 00 0000 20000000', 'HERALD_WIRE_TRUNCATED', 54],
    ['no option', {}, MESSAGE, 'HERALD_WIRE_INVALID', 78],
    ['the source option alone', {}, `${MESSAGE} 01 01 525400000001`, 'HERALD_WIRE_INVALID', 78],
    ['an option of no length', {}, `${MESSAGE} 01 00 525400000001`, 'HERALD_WIRE_INVALID', 79],
    ['an option without its length', {}, `${MESSAGE} ${OPTION} 0e`, 'HERALD_WIRE_INVALID', 87],
    ['an option longer than the packet', {}, `${MESSAGE} 01 02 525400000001`, 'HERALD_WIRE_TRUNCATED', 78],
    ["another's MAC", {}, `${MESSAGE} 02 01 020000000001`, 'HERALD_WIRE_INVALID', 78],
    ['a solicited one', {}, `88 00 0000 60000000 ${TARGET} ${OPTION}`, 'HERALD_WIRE_INVALID', 58],
    ['one that a router passed on', { hopLimit: 254 }, `${MESSAGE} ${OPTION}`, 'HERALD_WIRE_INVALID', 21],
    [
      'one by proxy',
      { sourceIp: Ipv6Address.of('fe80::1') },
      `${MESSAGE} ${OPTION}`,
      'HERALD_WIRE_INVALID',
      22,
    ],
    [
      'one to all routers',
      { destinationIp: Ipv6Address.of('ff02::2') },
      `${MESSAGE} ${OPTION}`,
      'HERALD_WIRE_INVALID',
      38,
    ],
    ['one to one host', { destination: mac }, `${MESSAGE} ${OPTION}`, 'HERALD_WIRE_INVALID', 0],
  ])('refuses %s', (_, changes, message, code, offset) => {
    expect(decodeNeighbourAdvertisement(framed(changes, message))).toMatchObject({ code, offset });
  });

  it.each(frames)('reads one %s', (_, hex, _length, frame) => {
    expect(decodeNeighbourAdvertisement(bytesOf(hex))).toEqual(frame);
  });

  it.each<[string, Partial<Icmpv6Envelope>, string]>([
    ['another option before it', {}, `${MESSAGE} 0e 02 ${'00'.repeat(14)} ${OPTION}`],
    ['a second one of its kind', {}, `${MESSAGE} ${OPTION} 02 01 020000000001`],
    ['reserved bits', {}, `88 00 0000 3fffffff ${TARGET} ${OPTION}`],
    ['a hop-by-hop header', { routerAlert: true }, `${MESSAGE} ${OPTION}`],
  ])('takes %s', (_, changes, message) => {
    const expected = { mac, address, router: false, override: true };
    expect(decodeNeighbourAdvertisement(framed(changes, message))).toEqual(expected);
  });

  it('returns a value or a DecodeError for any options behind a right checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (options) => {
        const result = decodeNeighbourAdvertisement(
          framed({}, Uint8Array.of(...bytesOf(MESSAGE), ...options)),
        );
        if (isDecodeError(result)) expect(result.message).not.toMatch(/undefined|NaN/);
        else expect(result.mac).toBe(mac);
      }),
    );
  });
});
