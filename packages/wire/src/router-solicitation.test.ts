import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDecodeError } from './decode-error.js';
import { EncodeError } from './encode-error.js';
import { type Icmpv6Envelope, icmpv6FrameLength, writeIcmpv6Frame } from './icmpv6-frame.js';
import { Ipv6Address } from './ipv6-address.js';
import { MacAddress } from './mac-address.js';
import {
  decodeRouterSolicitation,
  encodeRouterSolicitation,
  routerSolicitationLength,
} from './router-solicitation.js';
import { VlanId } from './vlan-id.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const mac = MacAddress.of('52:54:00:00:00:01');
const address = Ipv6Address.of('2001:db8::1');
const OPTION = '01 01 525400000001';
const MESSAGE = '85 00 0000 00000000';

const envelope: Icmpv6Envelope = {
  destination: MacAddress.of('33:33:00:00:00:02'),
  source: mac,
  destinationIp: Ipv6Address.of('ff02::2'),
  sourceIp: address,
  hopLimit: 255,
  routerAlert: false,
};

/** A frame with the right lengths and checksum around any message. */
function framed(changes: Partial<Icmpv6Envelope>, message: string | Uint8Array): Uint8Array {
  const bytes = typeof message === 'string' ? bytesOf(message) : message;
  const around = { ...envelope, ...changes };
  const out = new Uint8Array(icmpv6FrameLength(around, bytes.length));
  writeIcmpv6Frame('router-solicitation', around, bytes, out, 0);
  return out;
}

describe('encodeRouterSolicitation', () => {
  it('throws where the frame does not fit', () => {
    expect(() => encodeRouterSolicitation({ mac, address }, new Uint8Array(70), 1)).toThrow(EncodeError);
  });

  it.each([
    ['untagged', undefined, 70],
    ['on a VLAN', VlanId.of(4094), 74],
  ])('writes one that reads back, %s', (_, vlan, length) => {
    const frame = { mac, address, ...(vlan === undefined ? {} : { vlan }) };
    const out = new Uint8Array(80).fill(0xa5);
    expect([routerSolicitationLength(frame), encodeRouterSolicitation(frame, out, 3)]).toEqual([
      length,
      length,
    ]);
    expect(decodeRouterSolicitation(out.subarray(3, 3 + length))).toEqual(frame);
    expect([...out.subarray(3 + length)]).toEqual(Array(80 - 3 - length).fill(0xa5));
  });
});

describe('decodeRouterSolicitation', () => {
  it.each<[string, Partial<Icmpv6Envelope>, string, string, number]>([
    ['an advertisement', {}, `86 00 0000 00000000 ${OPTION}`, 'HERALD_WIRE_INVALID', 54],
    ['a code', {}, `85 01 0000 00000000 ${OPTION}`, 'HERALD_WIRE_INVALID', 55],
    ['half a message', {}, '85 00 0000', 'HERALD_WIRE_TRUNCATED', 54],
    ['no option', {}, MESSAGE, 'HERALD_WIRE_INVALID', 62],
    ['the target option alone', {}, `${MESSAGE} 02 01 525400000001`, 'HERALD_WIRE_INVALID', 62],
    ['an option of no length', {}, `${MESSAGE} 01 00 525400000001`, 'HERALD_WIRE_INVALID', 63],
    ['an option longer than the packet', {}, `${MESSAGE} 01 02 525400000001`, 'HERALD_WIRE_TRUNCATED', 62],
    ["another's MAC", {}, `${MESSAGE} 01 01 020000000001`, 'HERALD_WIRE_INVALID', 62],
    ['one that a router passed on', { hopLimit: 254 }, `${MESSAGE} ${OPTION}`, 'HERALD_WIRE_INVALID', 21],
    [
      'one from no address',
      { sourceIp: Ipv6Address.of('::') },
      `${MESSAGE} ${OPTION}`,
      'HERALD_WIRE_INVALID',
      22,
    ],
    [
      'one to all nodes',
      { destinationIp: Ipv6Address.of('ff02::1') },
      `${MESSAGE} ${OPTION}`,
      'HERALD_WIRE_INVALID',
      38,
    ],
    ['one to one host', { destination: mac }, `${MESSAGE} ${OPTION}`, 'HERALD_WIRE_INVALID', 0],
  ])('refuses %s', (_, changes, message, code, offset) => {
    expect(decodeRouterSolicitation(framed(changes, message))).toMatchObject({ code, offset });
  });

  it.each([
    ['another option before it', `${MESSAGE} 0e 02 ${'00'.repeat(14)} ${OPTION}`],
    ['reserved bits', `85 00 0000 ffffffff ${OPTION}`],
  ])('takes %s', (_, message) => {
    expect(decodeRouterSolicitation(framed({}, message))).toEqual({ mac, address });
  });

  it('returns a value or a DecodeError for any options behind a right checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (options) => {
        const result = decodeRouterSolicitation(framed({}, Uint8Array.of(...bytesOf(MESSAGE), ...options)));
        if (isDecodeError(result)) expect(result.message).not.toMatch(/undefined|NaN/);
        else expect(result.mac).toBe(mac);
      }),
    );
  });
});
