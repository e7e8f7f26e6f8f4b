import { describe, expect, it } from 'vitest';
import {
  byteAttribute,
  byteIn,
  decodeAttributes,
  decodeMessages,
  encodeMessage,
  nestedAttribute,
  nestedIn,
  numberAttribute,
  numberIn,
  textAttribute,
  textIn,
} from './netlink-message.js';

describe('netlink framing', () => {
  it.each([
    ['a message length of zero', '00000000 0000 0000 00000000 00000000'],
    ['a message longer than the datagram', '20000000 0000 0000 00000000 00000000'],
    ['half a header', '10000000'],
  ])('refuses %s', (_what, text) => {
    expect(() => decodeMessages(fromHex(text))).toThrow(
      expect.objectContaining({ code: 'HERALD_NETLINK_MALFORMED' }),
    );
  });

  it.each([
    ['an attribute length of zero', '0000 0100'],
    ['an attribute longer than what is left', '0c00 0100 00000000'],
    ['half an attribute header', '0400'],
  ])('refuses %s', (_what, text) => {
    expect(() => decodeAttributes(fromHex(text))).toThrow(
      expect.objectContaining({ code: 'HERALD_NETLINK_MALFORMED' }),
    );
  });

  it('refuses a number in an attribute that is too short for one', () => {
    const attributes = decodeAttributes(byteAttribute(1, 7));
    expect(() => numberIn(attributes, 1)).toThrow(/attribute 1 of 4 bytes where 1 are left/);
  });

  it('lays a message out as netlink(7) says: header, structure, padded attributes', () => {
    const message = encodeMessage({ type: 0x12, flags: 0x305, sequence: 9 }, [
      new Uint8Array(16),
      textAttribute(3, 'tap0'),
      nestedAttribute(18, [textAttribute(1, 'veth')]),
    ]);
    expect(Buffer.from(message).toString('hex')).toBe(
      [
        '3c000000 1200 0503 09000000 00000000', // 60 bytes
        '00000000000000000000000000000000',
        '0900 0300 7461703000 000000',
        '1000 1280 0900 0100 7665746800 000000', // the length of a nest counts its own padding
      ]
        .join('')
        .replaceAll(' ', ''),
    );
  });

  it('reads back what it wrote', () => {
    const inner = [byteAttribute(1, 255), numberAttribute(2, 0xffff_fffe), textAttribute(3, 'herald0')];
    const message = encodeMessage({ type: 16, flags: 5, sequence: 1 }, [nestedAttribute(4, inner)]);
    const two = decodeMessages(Uint8Array.of(...message, ...message));
    expect(two).toHaveLength(2);
    const attributes = nestedIn(decodeAttributes(two[1]?.payload ?? new Uint8Array()), 4);
    expect([byteIn(attributes, 1), numberIn(attributes, 2), textIn(attributes, 3)]).toEqual([
      255,
      0xffff_fffe,
      'herald0',
    ]);
    expect(numberIn(attributes, 99)).toBeUndefined();
  });
});

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
