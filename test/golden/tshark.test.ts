import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ArpFrame,
  encodeArp,
  encodeGratuitousArp,
  encodeIgmpQuery,
  encodeIgmpReport,
  encodeMldQuery,
  encodeMldReport,
  encodeNeighbourAdvertisement,
  encodePcap,
  encodeRarp,
  type GratuitousArp,
  type IgmpQuery,
  type IgmpReport,
  Ipv4Address,
  Ipv6Address,
  LINKTYPE_ETHERNET,
  MacAddress,
  type MldQuery,
  type MldReport,
  type NeighbourAdvertisement,
  PCAP_SNAP_LENGTH,
  type PcapFile,
  type PcapPrecision,
  pcapLength,
  VlanId,
} from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';

const mac = MacAddress.of('52:54:00:00:00:01');
const peer = MacAddress.of('02:00:00:00:00:fe');
const broadcast = MacAddress.of('ff:ff:ff:ff:ff:ff');
const request: ArpFrame = {
  destination: broadcast,
  source: mac,
  operation: 'request',
  senderMac: mac,
  senderIp: Ipv4Address.of('192.0.2.1'),
  targetMac: MacAddress.of('00:00:00:00:00:00'),
  targetIp: Ipv4Address.of('192.0.2.254'),
};
const reply: ArpFrame = { ...request, destination: peer, operation: 'reply', targetMac: peer };

const gratuitousRequest: GratuitousArp = { mac, address: request.senderIp, operation: 'request' };
const gratuitousReply: GratuitousArp = { ...gratuitousRequest, operation: 'reply' };
const noIp = Ipv4Address.of('0.0.0.0');
const nullAddress: ArpFrame = { ...request, senderIp: noIp, targetIp: noIp };
const advertisement: NeighbourAdvertisement = {
  mac,
  address: Ipv6Address.of('2001:db8::1'),
  router: false,
  override: true,
};
const querier = MacAddress.of('02:6e:68:00:00:01');
const igmpQuery: IgmpQuery = { source: querier, maxResponseCode: 0, robustness: 2, intervalCode: 125 };
const mldQuery: MldQuery = { ...igmpQuery, sourceIp: Ipv6Address.of('fe80::ffff:ffff:ffff:ff7f') };
const igmpReport: IgmpReport = {
  source: mac,
  sourceIp: request.senderIp,
  groups: [Ipv4Address.of('239.1.1.1')],
};
const mldReport: MldReport = {
  source: mac,
  sourceIp: Ipv6Address.of('fe80::1'),
  groups: [Ipv6Address.of('ff15::1234')],
};

const rarpFields = {
  'eth.dst': 'ff:ff:ff:ff:ff:ff',
  'eth.src': '52:54:00:00:00:01',
  'arp.hw.type': '1',
  'arp.proto.type': '0x0800',
  'arp.hw.size': '6',
  'arp.proto.size': '4',
  'arp.opcode': '3',
  'arp.src.hw_mac': '52:54:00:00:00:01',
  'arp.src.proto_ipv4': '0.0.0.0',
  'arp.dst.hw_mac': '52:54:00:00:00:01',
  'arp.dst.proto_ipv4': '0.0.0.0',
};
const requestFields = {
  ...rarpFields,
  'arp.opcode': '1',
  'arp.src.proto_ipv4': '192.0.2.1',
  'arp.dst.hw_mac': '00:00:00:00:00:00',
  'arp.dst.proto_ipv4': '192.0.2.254',
};
const replyFields = {
  ...requestFields,
  'eth.dst': '02:00:00:00:00:fe',
  'arp.opcode': '2',
  'arp.dst.hw_mac': '02:00:00:00:00:fe',
};
const announcementFields = {
  ...requestFields,
  'arp.dst.proto_ipv4': '192.0.2.1',
  'arp.isgratuitous': '1',
  'arp.isannouncement': '1',
};
const gratuitousReplyFields = {
  ...requestFields,
  'arp.opcode': '2',
  'arp.dst.hw_mac': '52:54:00:00:00:01',
  'arp.dst.proto_ipv4': '192.0.2.1',
  'arp.isgratuitous': '1',
};
const nullAddressFields = {
  ...requestFields,
  'arp.src.proto_ipv4': '0.0.0.0',
  'arp.dst.proto_ipv4': '0.0.0.0',
};
const CHECKED_AND_GOOD = '1';
const icmpv6Fields = {
  'ipv6.version': '6',
  'ipv6.tclass': '0x00000000',
  'ipv6.flow': '0x000000',
  'icmpv6.code': '0',
  'icmpv6.checksum.status': CHECKED_AND_GOOD,
};
const advertisementFields = {
  ...icmpv6Fields,
  'eth.dst': '33:33:00:00:00:01',
  'eth.src': '52:54:00:00:00:01',
  'ipv6.src': '2001:db8::1',
  'ipv6.dst': 'ff02::1',
  'ipv6.hlim': '255',
  'ipv6.plen': '32',
  'icmpv6.type': '136',
  'icmpv6.nd.na.flag.r': '0',
  'icmpv6.nd.na.flag.s': '0',
  'icmpv6.nd.na.flag.o': '1',
  'icmpv6.nd.na.target_address': '2001:db8::1',
  'icmpv6.opt.type': '2',
  'icmpv6.opt.length': '1',
  'icmpv6.opt.target_linkaddr': '52:54:00:00:00:01',
};
const igmpFields = {
  'ip.hdr_len': '24',
  'ip.dsfield.dscp': '48',
  'ip.id': '0x0000',
  'ip.flags.df': '1',
  'ip.ttl': '1',
  'ip.proto': '2',
  'ip.opt.type': '148',
  'ip.opt.len': '4',
  'ip.opt.ra': '0',
  'ip.checksum.status': CHECKED_AND_GOOD,
  'igmp.version': '3',
  'igmp.checksum.status': CHECKED_AND_GOOD,
};
const igmpQueryFields = {
  ...igmpFields,
  'eth.dst': '01:00:5e:00:00:01',
  'eth.src': '02:6e:68:00:00:01',
  'ip.src': '0.0.0.0',
  'ip.dst': '224.0.0.1',
  'ip.len': '36',
  'igmp.type': '0x11',
  'igmp.max_resp': '0',
  'igmp.maddr': '0.0.0.0',
  'igmp.s': '0',
  'igmp.qrv': '2',
  'igmp.qqic': '125',
  'igmp.num_src': '0',
};
const igmpReportFields = {
  ...igmpFields,
  'eth.dst': '01:00:5e:00:00:16',
  'eth.src': '52:54:00:00:00:01',
  'ip.src': '192.0.2.1',
  'ip.dst': '224.0.0.22',
  'igmp.type': '0x22',
  'igmp.num_grp_recs': '1',
  'igmp.record_type': '2',
  'igmp.num_src': '0',
  'igmp.maddr': '239.1.1.1',
};
const mldFields = {
  ...icmpv6Fields,
  'ipv6.hlim': '1',
  'ipv6.plen': '36',
  'ipv6.nxt': '0',
  'ipv6.hopopts.nxt': '58',
  'ipv6.hopopts.len_oct': '8',
  'ipv6.opt.type': '0x05,0x01',
  'ipv6.opt.router_alert': '0',
};
const mldQueryFields = {
  ...mldFields,
  'eth.dst': '33:33:00:00:00:01',
  'eth.src': '02:6e:68:00:00:01',
  'ipv6.src': 'fe80::ffff:ffff:ffff:ff7f',
  'ipv6.dst': 'ff02::1',
  'icmpv6.type': '130',
  'icmpv6.mld.maximum_response_code': '0',
  'icmpv6.mld.multicast_address': '::',
  'icmpv6.mld.flag.s': '0',
  'icmpv6.mld.flag.qrv': '2',
  'icmpv6.mld.qqi': '125',
  'icmpv6.mld.nb_sources': '0',
};
const mldReportFields = {
  ...mldFields,
  'eth.dst': '33:33:00:00:00:16',
  'eth.src': '52:54:00:00:00:01',
  'ipv6.src': 'fe80::1',
  'ipv6.dst': 'ff02::16',
  'icmpv6.type': '143',
  'icmpv6.mldr.nb_mcast_records': '1',
  'icmpv6.mldr.mar.record_type': '2',
  'icmpv6.mldr.mar.nb_sources': '0',
  'icmpv6.mldr.mar.multicast_address': 'ff15::1234',
};

type Fields = Record<string, string>;

/** A frame untagged and on the first and last VLAN, and what Wireshark has to read in each. */
function onEachVlan<T>(
  name: string,
  encode: (value: T, out: Uint8Array, offset: number) => number,
  frame: T,
  [etherType, length, fields]: [etherType: string, untaggedLength: number, fields: Fields],
): [name: string, frame: Uint8Array, fields: Fields][] {
  const untagged = { ...fields, 'frame.len': String(length), 'eth.type': etherType };
  const tagged = (vlan: number) => ({
    ...fields,
    'frame.len': String(length + 4),
    'eth.type': '0x8100',
    'vlan.id': String(vlan),
    'vlan.priority': '0',
    'vlan.dei': '0',
    'vlan.etype': etherType,
  });
  return [
    [name, encoded(encode, frame), untagged],
    [`${name}, VLAN 1`, encoded(encode, { ...frame, vlan: VlanId.of(1) }), tagged(1)],
    [`${name}, VLAN 4094`, encoded(encode, { ...frame, vlan: VlanId.of(4094) }), tagged(4094)],
  ];
}

/** Every kind of frame that this package writes. */
const kinds = [
  ...onEachVlan('RARP', encodeRarp, { mac }, ['0x8035', 60, rarpFields]),
  ...onEachVlan('ARP request', encodeArp, request, ['0x0806', 60, requestFields]),
  ...onEachVlan('ARP reply', encodeArp, reply, ['0x0806', 60, replyFields]),
  ...onEachVlan('ARP of no address', encodeArp, nullAddress, ['0x0806', 60, nullAddressFields]),
  ...onEachVlan('gratuitous ARP request', encodeGratuitousArp, gratuitousRequest, [
    '0x0806',
    60,
    announcementFields,
  ]),
  ...onEachVlan('gratuitous ARP reply', encodeGratuitousArp, gratuitousReply, [
    '0x0806',
    60,
    gratuitousReplyFields,
  ]),
  ...onEachVlan('NA', encodeNeighbourAdvertisement, advertisement, ['0x86dd', 86, advertisementFields]),
  ...onEachVlan('IGMP query', encodeIgmpQuery, igmpQuery, ['0x0800', 60, igmpQueryFields]),
  ...onEachVlan('IGMP report', encodeIgmpReport, igmpReport, ['0x0800', 60, igmpReportFields]),
  ...onEachVlan('MLD query', encodeMldQuery, mldQuery, ['0x86dd', 90, mldQueryFields]),
  ...onEachVlan('MLD report', encodeMldReport, mldReport, ['0x86dd', 90, mldReportFields]),
];

const missing = spawnSync('tshark', ['--version']).status !== 0;

describe.skipIf(missing)(`what tshark reads${missing ? ' (skipped: tshark is not installed)' : ''}`, () => {
  it.each(['microsecond', 'nanosecond'] as const)(
    'is every frame as meant, with %s timestamps',
    (precision) => {
      const { complaints, frames } = dissect(
        capture(
          precision,
          kinds.map(([, frame]) => frame),
        ),
      );
      expect(complaints).toEqual([]);
      expect(frames).toHaveLength(kinds.length);
      for (const [index, [name, , fields]] of kinds.entries()) {
        expect({ name, ...frames[index] }).toMatchObject({ name, ...fields });
        const time = precision === 'nanosecond' ? `123456${789 + index}` : '123456000';
        expect(frames[index]).toMatchObject({ 'frame.time_epoch': `1700000000.${time}` });
      }
    },
  );

  it('is a complaint where a frame is broken: the test above can fail', () => {
    const cut = encoded(encodeRarp, { mac }).subarray(0, 30);
    expect(dissect(capture('nanosecond', [cut])).complaints).not.toEqual([]);
  });

  it.each([
    ['IPv4 header', encoded(encodeIgmpQuery, igmpQuery), 14 + 4, 'ip.checksum.status'],
    ['IGMP', encoded(encodeIgmpQuery, igmpQuery), 14 + 24 + 1, 'igmp.checksum.status'],
    [
      'ICMPv6, behind an extension',
      encoded(encodeMldQuery, mldQuery),
      14 + 40 + 8 + 5,
      'icmpv6.checksum.status',
    ],
    ['ICMPv6', encoded(encodeNeighbourAdvertisement, advertisement), 14 + 40 + 4, 'icmpv6.checksum.status'],
  ])('is a complaint where a checksum is wrong: %s', (_, frame, at, field) => {
    frame[at] = (frame[at] ?? 0) ^ 0x01;
    const { complaints, frames } = dissect(capture('nanosecond', [frame]));
    expect(complaints).not.toEqual([]);
    expect(frames[0]?.[field]).not.toBe(CHECKED_AND_GOOD);
  });
});

function encoded<T>(encode: (value: T, out: Uint8Array, offset: number) => number, value: T): Uint8Array {
  const out = new Uint8Array(128).fill(0xa5);
  return out.subarray(0, encode(value, out, 0));
}

function capture(precision: PcapPrecision, frames: readonly Uint8Array[]): Uint8Array {
  const file: PcapFile = {
    precision,
    snapLength: PCAP_SNAP_LENGTH,
    linkType: LINKTYPE_ETHERNET,
    records: frames.map((frame, index) => ({
      timestampNs: 1_700_000_000_123_456_789n + BigInt(index),
      frame,
    })),
  };
  const out = new Uint8Array(pcapLength(file));
  encodePcap(file, out, 0);
  return out;
}

/** Each frame's fields, flat, and every field of tshark's that tells of an expert's remark or a malformed frame. */
function dissect(pcap: Uint8Array): { frames: Record<string, string>[]; complaints: string[] } {
  const directory = mkdtempSync(join(tmpdir(), 'nic-herald-tshark-'));
  try {
    const path = join(directory, 'frames.pcap');
    writeFileSync(path, pcap);
    const options = ['-n', '-o', 'ip.check_checksum:TRUE', '-T', 'json', '--no-duplicate-keys'];
    const json = execFileSync('tshark', [...options, '-r', path], { encoding: 'utf8', stdio: 'pipe' });
    const packets = JSON.parse(json) as { _source: { layers: Record<string, unknown> } }[];
    const frames = packets.map((packet) => flatten(packet._source.layers));
    const complaints = frames.flatMap((frame) =>
      Object.keys(frame).filter((name) => name.startsWith('_ws.')),
    );
    return { frames, complaints };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Leaves by their names; of fields that occur more than once, all values with commas between them. */
function flatten(tree: object): Record<string, string> {
  const fields: Record<string, string> = {};
  const add = (name: string, value: string): void => {
    const before = fields[name];
    fields[name] = before === undefined ? value : `${before},${value}`;
  };
  for (const [name, values] of Object.entries(tree)) {
    for (const value of [values as unknown].flat()) {
      if (typeof value === 'string') add(name, value);
      else if (typeof value === 'object' && value !== null) {
        if (name.startsWith('_ws.')) add(name, '');
        for (const [inner, text] of Object.entries(flatten(value))) add(inner, text);
      }
    }
  }
  return fields;
}
