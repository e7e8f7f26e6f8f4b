import {
  decodeArp,
  decodeGratuitousArp,
  decodeIgmpQuery,
  decodeMldQuery,
  decodeNeighbourAdvertisement,
  decodeRouterSolicitation,
  encodeArp,
  encodeGratuitousArp,
  encodeIgmpQuery,
  encodeIgmpReport,
  encodeMldQuery,
  encodeMldReport,
  encodeNeighbourAdvertisement,
  encodeRouterSolicitation,
  Ipv4Address,
  Ipv6Address,
  MacAddress,
  multicastReport,
} from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { goldenFrames } from './golden-frames.js';

const frames = goldenFrames('linux-6.18-frames.txt');

const mac = MacAddress.of('52:54:00:00:00:01');
const bridge = MacAddress.of('02:00:00:00:00:fd');
const address = Ipv4Address.of('192.0.2.1');
const request = { mac, address, operation: 'request' } as const;
const reply = { mac, address, operation: 'reply' } as const;
const advertisement = { mac, address: Ipv6Address.of('2001:db8::1'), router: false, override: true };
const question = {
  destination: MacAddress.of('ff:ff:ff:ff:ff:ff'),
  source: mac,
  operation: 'request',
  senderMac: mac,
  senderIp: address,
  targetMac: MacAddress.of('00:00:00:00:00:00'),
  targetIp: Ipv4Address.of('192.0.2.254'),
} as const;
const solicitation = { mac, address: Ipv6Address.of('fe80::5054:ff:fe00:1') };
const igmpQuery = { source: bridge, maxResponseCode: 100, robustness: 2, intervalCode: 125 };
const mldQuery = { ...igmpQuery, sourceIp: Ipv6Address.of('fe80::ff:fe00:fd'), maxResponseCode: 10_000 };
const igmpReport = { source: mac, sourceIp: address, groups: [Ipv4Address.of('239.1.1.1')] };
const mldReport = {
  source: mac,
  sourceIp: Ipv6Address.of('fe80::5054:ff:fe00:1'),
  groups: [Ipv6Address.of('ff02::1:ff00:1'), Ipv6Address.of('ff15::1234')],
};

describe('what a Linux host sends', () => {
  it.each([
    ['ARP request, sent by the kernel when', decodeGratuitousArp, request],
    ['ARP reply, sent by arping -A', decodeGratuitousArp, reply],
    ['ARP request, sent by arping -U', decodeGratuitousArp, request],
    ['neighbour advertisement', decodeNeighbourAdvertisement, advertisement],
    ['ARP request, sent by the kernel for', decodeArp, question],
    ['router solicitation', decodeRouterSolicitation, solicitation],
    ['IGMP query', decodeIgmpQuery, igmpQuery],
    ['IGMP report', multicastReport, { ...igmpReport, protocol: 'igmp', version: 3 }],
    ['MLD query', decodeMldQuery, mldQuery],
    ['MLD report', multicastReport, { ...mldReport, protocol: 'mld', version: 2 }],
  ])('is read: %s', (name, decode, expected) => {
    expect(decode(golden(name))).toEqual(expected);
  });

  it.each([
    ['ARP request, sent by the kernel when', encoded(encodeGratuitousArp, request)],
    ['ARP reply, sent by arping -A', encoded(encodeGratuitousArp, reply)],
    ['neighbour advertisement', encoded(encodeNeighbourAdvertisement, advertisement)],
    ['ARP request, sent by the kernel for', encoded(encodeArp, question)],
    ['router solicitation', encoded(encodeRouterSolicitation, solicitation)],
    ['IGMP query', encoded(encodeIgmpQuery, igmpQuery)],
    ['IGMP report', encoded(encodeIgmpReport, igmpReport)],
    ['MLD report', encoded(encodeMldReport, mldReport)],
  ])('is written byte for byte, padding aside: %s', (name, ours) => {
    const theirs = golden(name);
    expect(ours.subarray(0, theirs.length)).toEqual(theirs);
    expect(ours.subarray(theirs.length).every((byte) => byte === 0)).toBe(true);
  });

  it('is written but for the kind of hop-by-hop padding: MLD query', () => {
    const theirs = golden('MLD query').slice();
    theirs.set([0x01, 0x00], 14 + 40 + 6); // outside the checksum
    expect(encoded(encodeMldQuery, mldQuery)).toEqual(theirs);
  });

  it('is all of the file', () => {
    expect(frames).toHaveLength(10);
  });
});

function golden(name: string): Uint8Array {
  const frame = frames.find((candidate) => candidate.name.startsWith(name));
  expect(frame?.name, name).toBeDefined();
  return frame?.bytes ?? new Uint8Array(0);
}

function encoded<T>(encode: (value: T, out: Uint8Array, offset: number) => number, value: T): Uint8Array {
  const out = new Uint8Array(128).fill(0xa5);
  return out.slice(0, encode(value, out, 0));
}
