import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodeError } from './encode-error.js';
import { type Icmpv6Envelope, icmpv6FrameLength, writeIcmpv6Frame } from './icmpv6-frame.js';
import { type IgmpEnvelope, igmpFrameLength, writeIgmpFrame } from './igmp-frame.js';
import { encodeIgmpReport, type IgmpReport, igmpReportLength } from './igmp-report.js';
import { IpAddress } from './ip-address.js';
import { Ipv4Address } from './ipv4-address.js';
import { Ipv6Address } from './ipv6-address.js';
import { MacAddress } from './mac-address.js';
import { encodeMldReport, type MldReport, mldReportLength } from './mld-report.js';
import { multicastReport } from './multicast-report.js';
import { VlanId } from './vlan-id.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const source = MacAddress.of('52:54:00:00:00:01');
const hostIp = Ipv4Address.of('192.0.2.1');
const linkLocal = Ipv6Address.of('fe80::1');

const igmpEnvelope: IgmpEnvelope = {
  destination: MacAddress.of('01:00:5e:00:00:16'),
  source,
  destinationIp: Ipv4Address.of('224.0.0.22'),
  sourceIp: hostIp,
};
const mldEnvelope: Icmpv6Envelope = {
  destination: MacAddress.of('33:33:00:00:00:16'),
  source,
  destinationIp: Ipv6Address.of('ff02::16'),
  sourceIp: linkLocal,
  hopLimit: 1,
  routerAlert: true,
};

/** Frames with the right lengths and checksums around any message. */
function igmp(message: string | Uint8Array, changes: Partial<IgmpEnvelope> = {}): Uint8Array {
  const around = { ...igmpEnvelope, ...changes };
  const bytes = typeof message === 'string' ? bytesOf(message) : message;
  const out = new Uint8Array(igmpFrameLength(around.vlan, bytes.length));
  writeIgmpFrame(around, bytes, out, 0);
  return out;
}
function mld(message: string | Uint8Array, changes: Partial<Icmpv6Envelope> = {}): Uint8Array {
  const around = { ...mldEnvelope, ...changes };
  const bytes = typeof message === 'string' ? bytesOf(message) : message;
  const out = new Uint8Array(icmpv6FrameLength(around, bytes.length));
  writeIcmpv6Frame('mld', around, bytes, out, 0);
  return out;
}
/** A frame with one byte set, its checksums left as they were. */
function spoilt(frame: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = frame.slice();
  copy[at] = byte;
  return copy;
}

const V2_REPORT = '16 00 0000 ef010101';
const V3_REPORT = '22 00 0000 0000 0001  02 00 0000 ef010101';
const GROUP = 'ff150000000000000000000000001234';
const MLD1_REPORT = `83 00 0000 00000000 ${GROUP}`;
const MLD2_REPORT = `8f 00 0000 0000 0001  02 00 0000 ${GROUP}`;

describe('multicastReport', () => {
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['an Ethernet header alone', igmp(V3_REPORT).subarray(0, 14)],
    ['ARP', spoilt(igmp(V3_REPORT), 13, 0x06)],
    ['UDP', spoilt(igmp(V3_REPORT), 23, 0x11)],
    ['a query of version 3', igmp('11 00 0000 00000000 02 7d 0000')],
    ['a leave', igmp('17 00 0000 ef010101')],
    ['a DVMRP probe', igmp('13 01 0000 00000a00')],
    ['a wrong IGMP checksum', spoilt(igmp(V2_REPORT), 45, 0x02)],
    ['a wrong IP header checksum', spoilt(igmp(V2_REPORT), 29, 0x02)],
    ['a report for what is no group', igmp('16 00 0000 c0000201')],
    ['two tags', Uint8Array.of(...igmp(V3_REPORT).subarray(0, 12), 0x81, 0, 0, 1, 0x81, 0, 0, 2, 8, 0)],
    ['a service tag', Uint8Array.of(...igmp(V3_REPORT).subarray(0, 12), 0x88, 0xa8, 0, 1, 8, 0, 0x46)],
    ['a record that is cut', igmp('22 00 0000 0000 0001  02 00 0000 ef01')],
    ['a record less than announced', igmp('22 00 0000 0000 0002  02 00 0000 ef010101')],
    ['more records than fit any frame', igmp('22 00 0000 0000 ffff  02 00 0000 ef010101')],
    ['more sources than there are', igmp('22 00 0000 0000 0001  01 00 0002 ef010101 c0000201')],
    ['auxiliary data that is missing', igmp('22 00 0000 0000 0001  02 01 0000 ef010101')],
    ['an MLD query', mld(`82 00 0000 0000 0000 ${'00'.repeat(16)} 02 7d 0000`)],
    ['an MLD done', mld(`84 00 0000 00000000 ${GROUP}`)],
    ['an MLDv1 report that is cut', mld(MLD1_REPORT.slice(0, -2))],
    ['an MLDv1 report for what is no group', mld(MLD1_REPORT.replace('ff15', 'fe15'))],
    ['an MLDv2 record that is cut', mld(MLD2_REPORT.slice(0, -2))],
    ['a wrong MLD checksum', spoilt(mld(MLD2_REPORT), 80, 0x01)],
    ['MLD that was routed', mld(MLD2_REPORT, { hopLimit: 64 })],
    ['MLD from a global address', mld(MLD2_REPORT, { sourceIp: Ipv6Address.of('2001:db8::1') })],
    ['MLD without hop-by-hop header', mld(MLD2_REPORT, { routerAlert: false })],
    ['MLD without router alert', spoilt(spoilt(mld(MLD2_REPORT), 56, 0x01), 57, 0x04)],
  ])('is not %s', (_, frame) => {
    expect(multicastReport(frame)).toBeUndefined();
  });

  const from = { protocol: 'igmp', source, sourceIp: hostIp };
  it.each<[string, Uint8Array, object]>([
    ['IGMPv1', igmp('12 00 0000 ef010101'), { version: 1, groups: ['239.1.1.1'] }],
    ['IGMPv2', igmp(V2_REPORT), { version: 2, groups: ['239.1.1.1'] }],
    ['IGMPv3', igmp(V3_REPORT), { version: 3, groups: ['239.1.1.1'] }],
    [
      'IGMPv2 in VLAN 4094',
      igmp(V2_REPORT, { vlan: VlanId.of(4094) }),
      { version: 2, vlan: 4094, groups: ['239.1.1.1'] },
    ],
    ['IGMPv3 of no groups', igmp('22 00 0000 0000 0000'), { version: 3, groups: [] }],
    [
      'a group twice, once',
      igmp('22 00 0000 0000 0002  02 00 0000 ef010101  04 00 0000 ef010101'),
      { version: 3, groups: ['239.1.1.1'] },
    ],
    [
      'sources and auxiliary data passed over',
      igmp('22 00 0000 0000 0002  01 01 0001 ef010101 c0000201 ffffffff  02 00 0000 ef020202'),
      { version: 3, groups: ['239.1.1.1', '239.2.2.2'] },
    ],
    [
      'what is no group left out',
      igmp('22 00 0000 0000 0001  02 00 0000 c0000201'),
      { version: 3, groups: [] },
    ],
  ])('reads %s', (_, frame, expected) => {
    expect(multicastReport(frame)).toEqual({ ...from, ...expected });
  });

  it.each([
    ['in, from certain sources (1)', '01 00 0001 ef010101 c0000201', true],
    ['in, from no source (1)', '01 00 0000 ef010101', false],
    ['in, but from certain sources (2)', '02 00 0001 ef010101 c0000201', true],
    ['left (3)', '03 00 0000 ef010101', false],
    ['changed to certain sources (3)', '03 00 0001 ef010101 c0000201', true],
    ['joined (4)', '04 00 0000 ef010101', true],
    ['more sources allowed (5)', '05 00 0001 ef010101 c0000201', true],
    ['sources blocked (6)', '06 00 0001 ef010101 c0000201', false],
    ['an unknown record (7)', '07 00 0001 ef010101 c0000201', false],
    ['an unknown record (0)', '00 00 0001 ef010101 c0000201', false],
  ])('tells of a group %s whether the host is in it: %s', (_, record, member) => {
    const report = multicastReport(igmp(`22 00 0000 0000 0001 ${record}`));
    expect(report?.groups).toEqual(member ? ['239.1.1.1'] : []);
  });

  const fromLink = { protocol: 'mld', source, sourceIp: linkLocal };
  it.each<[string, Uint8Array, object]>([
    ['MLDv1', mld(MLD1_REPORT), { version: 1, groups: ['ff15::1234'] }],
    ['MLDv2', mld(MLD2_REPORT), { version: 2, groups: ['ff15::1234'] }],
    [
      'MLDv2 in VLAN 1',
      mld(MLD2_REPORT, { vlan: VlanId.of(1) }),
      { version: 2, vlan: 1, groups: ['ff15::1234'] },
    ],
    [
      'MLDv2 from a host without an address',
      mld(MLD2_REPORT, { sourceIp: Ipv6Address.of('::') }),
      { version: 2, sourceIp: '::', groups: ['ff15::1234'] },
    ],
    [
      'MLDv2 with a source and auxiliary data',
      mld(`8f 00 0000 0000 0002  01 01 0001 ${GROUP} ${GROUP} ffffffff  03 00 0000 ${GROUP}`),
      { version: 2, groups: ['ff15::1234'] },
    ],
  ])('reads %s', (_, frame, expected) => {
    expect(multicastReport(frame)).toEqual({ ...fromLink, ...expected });
  });

  it('reads a frame with a priority tag as untagged', () => {
    const frame = igmp(V2_REPORT, { vlan: VlanId.of(1) });
    frame.set([0xe0, 0], 14);
    expect(multicastReport(frame)).toEqual({ ...from, version: 2, groups: ['239.1.1.1'] });
  });

  it('takes 256 groups and no more', () => {
    const groups = Array.from({ length: 300 }, (_, index) =>
      Ipv4Address.of(`239.0.${index >> 8}.${index & 0xff}`),
    );
    const report = { source, sourceIp: hostIp, groups };
    const out = new Uint8Array(igmpReportLength(report));
    encodeIgmpReport(report, out, 0);
    expect(multicastReport(out)?.groups).toEqual(groups.slice(0, 256));
  });

  it('never throws, and returns groups alone, for any message behind a right checksum', () => {
    const version = fc.constantFrom(0x12, 0x16, 0x22, 131, 143);
    fc.assert(
      fc.property(version, fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 90 }), (type, records, rest) => {
        const message = Uint8Array.of(type, 0, 0, 0, 0, 0, 0, records, ...rest);
        for (const frame of [igmp(message), mld(message)]) {
          for (const group of multicastReport(frame)?.groups ?? []) {
            expect(IpAddress.is(group) && !IpAddress.isHostAddress(group)).toBe(true);
          }
        }
      }),
    );
  });
});

describe('the reports that are written', () => {
  const groups4 = [Ipv4Address.of('239.1.1.1'), Ipv4Address.of('239.2.2.2')];
  const groups6 = [Ipv6Address.of('ff15::1234')];
  it('do not fit a buffer that is a byte short, and leave it as it was', () => {
    const out = new Uint8Array(89).fill(0xa5);
    expect(() => encodeIgmpReport({ source, sourceIp: hostIp, groups: groups4 }, out, 28)).toThrow(
      EncodeError,
    );
    expect(() => encodeMldReport({ source, sourceIp: linkLocal, groups: groups6 }, out, 0)).toThrow(
      EncodeError,
    );
    expect(out).toEqual(new Uint8Array(89).fill(0xa5));
  });

  it("are in IGMP byte for byte those of a Linux guest's, which QEMU's capture holds", () => {
    const guest = { source, sourceIp: Ipv4Address.of('10.0.0.1'), groups: [Ipv4Address.of('224.0.0.106')] };
    const report: IgmpReport = guest;
    const out = new Uint8Array(igmpReportLength(report)).fill(0xa5);
    encodeIgmpReport(report, out, 0);
    const hex =
      '01005e000016 525400000001 0800 46c0 0028 0000 4000 01 02 f9f8 0a000001 e0000016 94040000 ' +
      '2200 fb93 0000 0001 0200 0000 e000006a';
    expect(out).toEqual(Uint8Array.of(...bytesOf(hex), ...new Uint8Array(6)));
  });

  it('are in MLD these bytes', () => {
    const report: MldReport = { source, vlan: VlanId.of(10), sourceIp: linkLocal, groups: groups6 };
    const out = new Uint8Array(mldReportLength(report)).fill(0xa5);
    encodeMldReport(report, out, 0);
    const hex =
      '333300000016 525400000001 8100 000a 86dd 60000000 0024 00 01 fe800000000000000000000000000001 ' +
      `ff020000000000000000000000000016 3a00 0502 0000 0100 8f00 5fc3 0000 0001 0200 0000 ${GROUP}`;
    expect(out).toEqual(bytesOf(hex));
  });
});
