import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LEAST_PACKET_BYTES, PacketSplitter } from './packet-splitter.js';

const packet = (length: number, fill = 0xa5): Uint8Array => {
  const bytes = new Uint8Array(length).fill(fill);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const having = (members: object): unknown => expect.objectContaining(members);

const split = (splitter: PacketSplitter, chunks: readonly Uint8Array[]): string[] => {
  const packets: string[] = [];
  for (const chunk of chunks) {
    for (const each of splitter.push(chunk)) packets.push(hex(each)); // good only until the next is asked for
  }
  return packets;
};

describe('PacketSplitter', () => {
  test.each([
    ['of 0', 0],
    ['that does not hold a header', LEAST_PACKET_BYTES - 1],
    ['beyond its bound', 101],
    ['of 4 GiB', 0xffff_ffff],
  ])('refuses a length %s, at its fourth byte', (_name, length) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, length);
    for (const chunks of [[bytes], [bytes.subarray(0, 3), bytes.subarray(3)]]) {
      expect(() => split(new PacketSplitter(100), chunks)).toThrow(
        expect.objectContaining({
          code: 'HERALD_LIBVIRT_PROTOCOL',
          details: having({ expected: '28 to 100', got: String(length) }),
        }),
      );
    }
  });

  test('gives what came before a length that is out of bounds', () => {
    const given: string[] = [];
    const bad = Uint8Array.from([...packet(30), 0, 0, 0, 1]);
    expect(() => {
      for (const each of new PacketSplitter(100).push(bad)) given.push(hex(each));
    }).toThrow();
    expect(given).toEqual([hex(packet(30))]);
  });

  test('gives the same packets however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: LEAST_PACKET_BYTES, max: 9000 }), { maxLength: 8 }),
        fc.array(fc.nat(70_000), { maxLength: 40 }),
        (lengths, cuts) => {
          const packets = lengths.map((length, index) => packet(length, index + 1));
          const stream = Buffer.concat(packets);
          const ends = [...cuts.map((cut) => Math.min(cut, stream.length)), stream.length].toSorted(
            (a, b) => a - b,
          );
          const chunks = ends.map((end, index) => stream.subarray(ends[index - 1] ?? 0, end));
          expect(split(new PacketSplitter(9000), chunks)).toEqual(packets.map(hex));
        },
      ),
    );
  });

  test('takes a large packet byte by byte', () => {
    const bytes = packet(100_000);
    const chunks = Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1));
    expect(split(new PacketSplitter(100_000), chunks)).toEqual([hex(bytes)]);
  });
});
