import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArpFrame, arpLength, decodeArp, encodeArp } from './arp.js';
import { DecodeError, isDecodeError } from './decode-error.js';
import {
  decodeEthernet,
  type EthernetHeader,
  EtherType,
  encodeEthernet,
  ethernetLength,
  type VlanTag,
} from './ethernet.js';
import {
  decodeGratuitousArp,
  encodeGratuitousArp,
  type GratuitousArp,
  gratuitousArpLength,
} from './gratuitous-arp.js';
import { decodeIgmpQuery, encodeIgmpQuery, type IgmpQuery, igmpQueryLength } from './igmp-query.js';
import { encodeIgmpReport, type IgmpReport, igmpReportLength } from './igmp-report.js';
import { Ipv4Address } from './ipv4-address.js';
import { Ipv6Address } from './ipv6-address.js';
import { MacAddress } from './mac-address.js';
import { decodeMldQuery, encodeMldQuery, type MldQuery, mldQueryLength } from './mld-query.js';
import { encodeMldReport, type MldReport, mldReportLength } from './mld-report.js';
import { type MulticastReport, multicastReport } from './multicast-report.js';
import {
  decodeNeighbourAdvertisement,
  encodeNeighbourAdvertisement,
  type NeighbourAdvertisement,
  neighbourAdvertisementLength,
} from './neighbour-advertisement.js';
import { decodePcap, encodePcap, type PcapFile, type PcapRecord, pcapLength } from './pcap.js';
import { decodeRarp, encodeRarp, type RarpFrame, rarpLength } from './rarp.js';
import {
  decodeRouterSolicitation,
  encodeRouterSolicitation,
  type RouterSolicitation,
  routerSolicitationLength,
} from './router-solicitation.js';
import { VlanId } from './vlan-id.js';

interface Codec<T> {
  readonly values: fc.Arbitrary<T>;
  length(value: T): number;
  encode(value: T, out: Uint8Array, offset: number): number;
  decode(bytes: Uint8Array): T | DecodeError;
}

const macs = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => known(MacAddress.fromBytes(bytes)));
const ips = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => known(Ipv4Address.fromBytes(bytes)));
const ipv6s = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => known(Ipv6Address.fromBytes(bytes)));
const linkLocals = ipv6s.map((ip) => Ipv6Address.of(`fe80${ip.slice(ip.indexOf(':'))}`));
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

const gratuitousArp: Codec<GratuitousArp> = {
  values: fc.record(
    { mac: macs, vlan, address: ips, operation: fc.constantFrom('request', 'reply') },
    { requiredKeys: ['mac', 'address', 'operation'] },
  ),
  length: gratuitousArpLength,
  encode: encodeGratuitousArp,
  decode: decodeGratuitousArp,
};

const neighbourAdvertisement: Codec<NeighbourAdvertisement> = {
  values: fc.record(
    { mac: macs, vlan, address: ipv6s, router: fc.boolean(), override: fc.boolean() },
    { requiredKeys: ['mac', 'address', 'router', 'override'] },
  ),
  length: neighbourAdvertisementLength,
  encode: encodeNeighbourAdvertisement,
  decode: decodeNeighbourAdvertisement,
};

const routerSolicitation: Codec<RouterSolicitation> = {
  values: fc.record(
    { mac: macs, vlan, address: ipv6s.filter((ip) => ip !== '::') },
    {
      requiredKeys: ['mac', 'address'],
    },
  ),
  length: routerSolicitationLength,
  encode: encodeRouterSolicitation,
  decode: decodeRouterSolicitation,
};

const igmpQuery: Codec<IgmpQuery> = {
  values: fc.record(
    {
      source: macs,
      vlan,
      maxResponseCode: fc.nat({ max: 0xff }),
      robustness: fc.nat({ max: 7 }),
      intervalCode: fc.nat({ max: 0xff }),
    },
    { requiredKeys: ['source', 'maxResponseCode', 'robustness', 'intervalCode'] },
  ),
  length: igmpQueryLength,
  encode: encodeIgmpQuery,
  decode: decodeIgmpQuery,
};

const mldQuery: Codec<MldQuery> = {
  values: fc.record(
    {
      source: macs,
      vlan,
      sourceIp: linkLocals,
      maxResponseCode: fc.nat({ max: 0xffff }),
      robustness: fc.nat({ max: 7 }),
      intervalCode: fc.nat({ max: 0xff }),
    },
    { requiredKeys: ['source', 'sourceIp', 'maxResponseCode', 'robustness', 'intervalCode'] },
  ),
  length: mldQueryLength,
  encode: encodeMldQuery,
  decode: decodeMldQuery,
};

const igmpGroups = ips.map((ip) => Ipv4Address.of(`239${ip.slice(ip.indexOf('.'))}`));
const igmpReport: Codec<IgmpReport> = {
  values: fc.record(
    { source: macs, vlan, sourceIp: ips, groups: fc.uniqueArray(igmpGroups, { maxLength: 5 }) },
    { requiredKeys: ['source', 'sourceIp', 'groups'] },
  ),
  length: igmpReportLength,
  encode: encodeIgmpReport,
  decode: (bytes) => reportOr<IgmpReport>('igmp', 3, bytes),
};

const mldGroups = linkLocals.map((ip) => Ipv6Address.of(`ff15${ip.slice(4)}`));
const mldReport: Codec<MldReport> = {
  values: fc.record(
    { source: macs, vlan, sourceIp: linkLocals, groups: fc.uniqueArray(mldGroups, { maxLength: 5 }) },
    { requiredKeys: ['source', 'sourceIp', 'groups'] },
  ),
  length: mldReportLength,
  encode: encodeMldReport,
  decode: (bytes) => reportOr<MldReport>('mld', 2, bytes),
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
describe('gratuitous ARP', () => holdsItsProperties(gratuitousArp));
describe('neighbour advertisement', () => holdsItsProperties(neighbourAdvertisement));
describe('router solicitation', () => holdsItsProperties(routerSolicitation));
describe('IGMP query', () => holdsItsProperties(igmpQuery));
describe('MLD query', () => holdsItsProperties(mldQuery));
describe('IGMP report', () => holdsItsProperties(igmpReport));
describe('MLD report', () => holdsItsProperties(mldReport));
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

/** A report as its encoder takes it, for the reader has no DecodeError to return. */
function reportOr<T extends IgmpReport | MldReport>(
  protocol: MulticastReport['protocol'],
  version: MulticastReport['version'],
  bytes: Uint8Array,
): T | DecodeError {
  const report = multicastReport(bytes);
  if (report === undefined) return DecodeError.truncated(protocol, 0, 1, 0);
  const { protocol: readAs, version: inVersion, ...rest } = report;
  if (readAs !== protocol || inVersion !== version) return DecodeError.truncated(protocol, 0, 1, 0);
  return rest as unknown as T;
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
