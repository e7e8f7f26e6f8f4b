import type { Announcement } from '@nic-herald/core';
import {
  decodeArp,
  decodeGratuitousArp,
  decodeNeighbourAdvertisement,
  decodeRarp,
  decodeRouterSolicitation,
  Ipv4Address,
  Ipv6Address,
} from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { mac, station } from '../../test/sample-nic.js';
import { encodeBatch } from '../plan/frame-batch.js';
import { HOST_KINDS } from './host-kinds.js';

const kinds = new Map(HOST_KINDS.map((kind) => [kind.name, kind]));
const v4 = Ipv4Address.of('10.0.0.1');
const router = Ipv4Address.of('10.0.0.254');
const v6 = Ipv6Address.of('2001:db8::1');
const encoded = (kind: string, over: Partial<Announcement> = {}, vlan?: number): Uint8Array =>
  encodeBatch([{ kind, station: station(1, vlan), evidence: 'learned', ...over }], kinds).bytes;

describe('the kinds of a host', () => {
  it.each<[string, Partial<Announcement>]>([
    ['garp', {}],
    ['garp', { address: v6 }],
    ['garp-reply', {}],
    ['na', {}],
    ['na', { address: v4 }],
    ['arp-ask', { address: v4 }],
    ['arp-ask', { asksFor: router }],
    ['arp-ask', { address: v4, asksFor: v6 }],
    ['arp-ask', { address: v6, asksFor: router }],
    ['rs', {}],
    ['rs', { address: v4 }],
  ])('%s needs an address of its family: %j', (kind, over) => {
    expect(() => encoded(kind, over)).toThrow(expect.objectContaining({ code: 'HERALD_KIND_FAULT' }));
  });

  it.each<[string, Partial<Announcement>, (frame: Uint8Array) => unknown, object]>([
    ['rarp', {}, decodeRarp, { mac: mac(1) }],
    ['garp', { address: v4 }, decodeGratuitousArp, { mac: mac(1), address: v4, operation: 'request' }],
    ['garp-reply', { address: v4 }, decodeGratuitousArp, { mac: mac(1), address: v4, operation: 'reply' }],
    [
      'null-garp',
      {},
      decodeArp,
      {
        source: mac(1),
        operation: 'request',
        senderIp: '0.0.0.0',
        targetIp: '0.0.0.0',
        destination: 'ff:ff:ff:ff:ff:ff',
      },
    ],
    [
      'na',
      { address: v6 },
      decodeNeighbourAdvertisement,
      { mac: mac(1), address: v6, router: false, override: true },
    ],
    [
      'arp-ask',
      { address: v4, asksFor: router },
      decodeArp,
      {
        source: mac(1),
        operation: 'request',
        senderMac: mac(1),
        senderIp: v4,
        targetMac: '00:00:00:00:00:00',
        targetIp: router,
        destination: 'ff:ff:ff:ff:ff:ff',
      },
    ],
    ['rs', { address: v6 }, decodeRouterSolicitation, { mac: mac(1), address: v6 }],
    ['na', { address: v6, router: true }, decodeNeighbourAdvertisement, { router: true, override: true }],
  ])('%s %j reads back as what it says, untagged and on a VLAN', (kind, over, decode, says) => {
    expect(decode(encoded(kind, over))).toMatchObject(says);
    expect(decode(encoded(kind, over, 10))).toMatchObject({ ...says, vlan: 10 });
  });
});
