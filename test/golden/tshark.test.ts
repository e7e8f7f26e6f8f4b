import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ArpFrame,
  encodeArp,
  encodePcap,
  encodeRarp,
  Ipv4Address,
  LINKTYPE_ETHERNET,
  MacAddress,
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
const untagged = (etherType: string) => ({ 'frame.len': '60', 'eth.type': etherType });
const tagged = (etherType: string, vlan: string) => ({
  'frame.len': '64',
  'eth.type': '0x8100',
  'vlan.id': vlan,
  'vlan.priority': '0',
  'vlan.dei': '0',
  'vlan.etype': etherType,
});

/** Every kind of frame that nic-herald emits, and what Wireshark has to read in it. */
const kinds: [name: string, frame: Uint8Array, fields: Record<string, string>][] = [
  ['RARP', encoded(encodeRarp, { mac }), { ...rarpFields, ...untagged('0x8035') }],
  [
    'RARP, VLAN 1',
    encoded(encodeRarp, { mac, vlan: VlanId.of(1) }),
    { ...rarpFields, ...tagged('0x8035', '1') },
  ],
  [
    'RARP, VLAN 4094',
    encoded(encodeRarp, { mac, vlan: VlanId.of(4094) }),
    { ...rarpFields, ...tagged('0x8035', '4094') },
  ],
  ['ARP request', encoded(encodeArp, request), { ...requestFields, ...untagged('0x0806') }],
  [
    'ARP request, VLAN 100',
    encoded(encodeArp, { ...request, vlan: VlanId.of(100) }),
    { ...requestFields, ...tagged('0x0806', '100') },
  ],
  ['ARP reply', encoded(encodeArp, reply), { ...replyFields, ...untagged('0x0806') }],
  [
    'ARP reply, VLAN 100',
    encoded(encodeArp, { ...reply, vlan: VlanId.of(100) }),
    { ...replyFields, ...tagged('0x0806', '100') },
  ],
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
    const json = execFileSync('tshark', ['-n', '-r', path, '-T', 'json'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
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

function flatten(tree: Record<string, unknown>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(tree)) {
    if (typeof value === 'string') fields[name] = value;
    else if (typeof value === 'object' && value !== null) {
      if (name.startsWith('_ws.')) fields[name] = '';
      Object.assign(fields, flatten(value as Record<string, unknown>));
    }
  }
  return fields;
}
