import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArpFrame, arpLength, decodeArp, encodeArp } from './arp.js';
import { type DecodeError, isDecodeError } from './decode-error.js';
import {
  decodeEthernet,
  type EthernetHeader,
  EtherType,
  encodeEthernet,
  ethernetLength,
  type VlanTag,
} from './ethernet.js';
import { Ipv4Address } from './ipv4-address.js';
import { MacAddress } from './mac-address.js';
import { decodePcap, encodePcap, type PcapFile, type PcapRecord, pcapLength } from './pcap.js';
import { decodeRarp, encodeRarp, type RarpFrame, rarpLength } from './rarp.js';
import { VlanId } from './vlan-id.js';

interface Codec<T> {
  readonly values: fc.Arbitrary<T>;
  length(value: T): number;
  encode(value: T, out: Uint8Array, offset: number): number;
  decode(bytes: Uint8Array): T | DecodeError;
}

const macs = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => known(MacAddress.fromBytes(bytes)));
const ips = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => known(Ipv4Address.fromBytes(bytes)));
const vlan = fc.oneof(fc.constantFrom(1, 2, 4093, 4094), fc.integer({ min: 1, max: 4094 })).map(VlanId.of);

const rarp: Codec<RarpFrame> = {
  values: fc.record({ mac: macs, vlan }, { requiredKeys: ['mac'] }),
  length: rarpLength,
  encode: encodeRarp,
  decode: decodeRarp,
};

const arp: Codec<ArpFrame> = {
  values: fc.record(
    {
      destination: macs,
      source: macs,
      vlan,
      operation: fc.constantFrom('request', 'reply'),
      senderMac: macs,
      senderIp: ips,
      targetMac: macs,
      targetIp: ips,
    },
    {
      requiredKeys: ['destination', 'source', 'operation', 'senderMac', 'senderIp', 'targetMac', 'targetIp'],
    },
  ),
  length: arpLength,
  encode: encodeArp,
  decode: decodeArp,
};

const tag: fc.Arbitrary<VlanTag> = fc.record({
  protocol: fc.constantFrom(EtherType.customerTag, EtherType.serviceTag),
  id: fc.integer({ min: 0, max: 4095 }),
  priority: fc.integer({ min: 0, max: 7 }),
  dropEligible: fc.boolean(),
});

const ethernet: Codec<EthernetHeader> = {
  values: fc.record({
    destination: macs,
    source: macs,
    tags: fc.array(tag, { maxLength: 2 }),
    etherType: fc.integer({ min: 0, max: 0xffff }).filter((type) => type !== 0x8100 && type !== 0x88a8),
  }),
  length: ethernetLength,
  encode: encodeEthernet,
  decode(bytes) {
    const frame = decodeEthernet(bytes);
    if (isDecodeError(frame)) return frame;
    const { payloadOffset, ...header } = frame;
    expect(payloadOffset).toBeLessThanOrEqual(bytes.length);
    return header;
  },
};

const UNIT_NS = { microsecond: 1000n, nanosecond: 1n };
const pcap: Codec<PcapFile> = {
  values: fc.constantFrom('microsecond' as const, 'nanosecond' as const).chain((precision) => {
    const record: fc.Arbitrary<PcapRecord> = fc.record(
      {
        timestampNs: fc
          .bigInt({ min: 0n, max: 2n ** 32n * 1_000_000_000n - 1n })
          .map((ns) => ns - (ns % UNIT_NS[precision])),
        frame: fc.uint8Array({ maxLength: 80 }),
        originalLength: fc.integer({ min: 81, max: 0xffff_ffff }),
      },
      { requiredKeys: ['timestampNs', 'frame'] },
    );
    return fc.record({
      precision: fc.constant(precision),
      snapLength: fc.integer({ min: 0, max: 0xffff_ffff }),
      linkType: fc.integer({ min: 0, max: 0xffff }),
      records: fc.array(record, { maxLength: 4 }),
    });
  }),
  length: pcapLength,
  encode: encodePcap,
  decode: decodePcap,
};

describe('ethernet', () => holdsItsProperties(ethernet));
describe('rarp', () => holdsItsProperties(rarp));
describe('arp', () => holdsItsProperties(arp));
describe('pcap', () => holdsItsProperties(pcap));

function holdsItsProperties<T>(codec: Codec<T>): void {
  it('reads back what it wrote, and writes the same again, over whatever lay there', () => {
    fc.assert(
      fc.property(codec.values, fc.nat({ max: 9 }), (value, offset) => {
        const length = codec.length(value);
        const out = new Uint8Array(offset + length + 1).fill(0xa5);
        expect(codec.encode(value, out, offset)).toBe(length);
        expect(out.subarray(0, offset).every((byte) => byte === 0xa5)).toBe(true);
        expect(out[offset + length]).toBe(0xa5);

        const bytes = out.subarray(offset, offset + length);
        const decoded = known(codec.decode(bytes));
        expect(decoded).toEqual(value);
        const again = new Uint8Array(length).fill(0x5a);
        codec.encode(decoded, again, 0);
        expect(again).toEqual(bytes);
      }),
    );
  });

  it('returns a value or a DecodeError for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => decides(codec, bytes)));
  });

  it('returns a value or a DecodeError for a frame with bytes changed, cut or added', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 });
    fc.assert(
      fc.property(codec.values, changes, fc.nat(), (value, edits, cut) => {
        const bytes = new Uint8Array(codec.length(value) + 4);
        codec.encode(value, bytes, 0);
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        decides(codec, bytes.subarray(0, cut % (bytes.length + 1)));
      }),
    );
  });
}

/** Decoding must not throw; and an error must point into the input. */
function decides<T>(codec: Codec<T>, bytes: Uint8Array): void {
  const result = codec.decode(bytes);
  if (!isDecodeError(result)) return;
  expect(result.offset).toBeLessThanOrEqual(bytes.length);
  expect(result.message).not.toMatch(/undefined|NaN/);
}

function known<T>(result: T | DecodeError): T {
  if (isDecodeError(result)) throw result;
  return result;
}
