import { stationOf } from '@nic-herald/core';
import { EtherType, Ipv4Address, Ipv6Address, MacAddress, VlanId } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressClaim, addressClaim } from './address-claim.js';
import { frameAround, icmpv6Frame } from './internet-frame.js';
import { arpFrame, discoveryFrame, type SpokenArp, type SpokenDiscovery } from './spoken-frames.js';

const STATION = stationOf(MacAddress.of('52:54:00:00:00:01'));
const TAGGED = stationOf(STATION.mac, VlanId.of(10));
const OTHER = MacAddress.of('52:54:00:00:00:02');
const GROUP = stationOf(MacAddress.of('01:00:5e:00:00:01'));
const OWN = Ipv4Address.of('192.0.2.1');
const GATEWAY = Ipv4Address.of('192.0.2.254');
const LINK = Ipv6Address.of('fe80::1');
const TARGET = Ipv6Address.of('2001:db8::1');
const NOBODY = Ipv6Address.of('::');

const arp = (over: Partial<SpokenArp> = {}, station = STATION): Uint8Array =>
  arpFrame(station, { operation: 'request', senderIp: OWN, targetIp: GATEWAY, ...over });
const reply = (over: Partial<SpokenArp> = {}): Uint8Array => arp({ operation: 'reply', ...over });
const ns = (over: Partial<SpokenDiscovery> = {}): Uint8Array =>
  discoveryFrame(STATION, { type: 'neighbour-solicitation', source: LINK, target: TARGET, ...over });
const na = (flags: number, over: Partial<SpokenDiscovery> = {}): Uint8Array =>
  ns({ type: 'neighbour-advertisement', flags, ...over });
const rs = (over: Partial<SpokenDiscovery> = {}): Uint8Array =>
  discoveryFrame(STATION, { type: 'router-solicitation', source: LINK, ...over });
const [R, S, O] = [0x80, 0x40, 0x20];

/** The frame with some bytes written over. */
const patched = (frame: Uint8Array, at: number, ...bytes: readonly number[]): Uint8Array => {
  const copy = Uint8Array.from(frame);
  copy.set(bytes, at);
  return copy;
};
/** The frame with a tag put before those it has. */
const tagged = (frame: Uint8Array, protocol: number, vlan: number): Uint8Array =>
  Uint8Array.from([
    ...frame.subarray(0, 12),
    ...[protocol >> 8, protocol & 0xff, vlan >> 8, vlan & 0xff],
    ...frame.subarray(12),
  ]);
const ARP_AT = 14;
const IPV6_AT = 14;
const MESSAGE_AT = IPV6_AT + 40;
const OPTION_AT = MESSAGE_AT + 24;

describe('addressClaim', () => {
  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['half a header', arp().subarray(0, 13)],
    ['half an ARP', arp().subarray(0, 30)],
    ['half a solicitation', ns().subarray(0, MESSAGE_AT + 20)],
    ['half of its option', ns().subarray(0, OPTION_AT + 4)],
    ['an IPv6 packet without its header', ns().subarray(0, IPV6_AT + 39)],
    ['a routed IPv4 packet', frameAround(STATION, OTHER, EtherType.ipv4, new Uint8Array(40).fill(0x45))],
    ['an ARP probe for duplicates', arp({ senderIp: Ipv4Address.of('0.0.0.0') })],
    ['an ARP of a group', arp({ senderIp: Ipv4Address.of('224.0.0.1') })],
    ['an ARP of everybody', arp({ senderIp: Ipv4Address.of('255.255.255.255') })],
    ['an ARP of loopback', arp({ senderIp: Ipv4Address.of('127.0.0.1') })],
    ['an ARP for another MAC', arp({ senderMac: OTHER })],
    ['an ARP reply for another MAC', reply({ senderMac: OTHER })],
    ['a reverse request', patched(arp(), ARP_AT + 6, 0, 3)],
    ['ARP for another hardware', patched(arp(), ARP_AT, 0, 6)],
    ['ARP for another protocol', patched(arp(), ARP_AT + 2, 0x86, 0xdd)],
    ['ARP with other lengths', patched(arp(), ARP_AT + 4, 8, 4)],
    ['an ARP from a group address', arp({ senderMac: GROUP.mac }, GROUP)],
    ['an NS probe for duplicates', ns({ source: NOBODY, named: undefined })],
    ['an NS for another MAC', ns({ named: OTHER })],
    ['an NS that a router passed on', ns({ hopLimit: 254 })],
    ['an NS from loopback', ns({ source: Ipv6Address.of('::1') })],
    ['an NS from a group', ns({ source: Ipv6Address.of('ff02::1') })],
    ['an NS with a code', patched(ns(), MESSAGE_AT + 1, 1)],
    ['an NS of another IP version', patched(ns(), IPV6_AT, 0x40)],
    ['an NS behind another header', patched(ns(), IPV6_AT + 6, 0)],
    ['an NS that says it is longer than it is', patched(ns(), IPV6_AT + 4, 0x10)],
    ['an NS that says it is shorter than it must be', patched(ns(), IPV6_AT + 4, 0, 23)],
    ['an NS with an option of no length', patched(ns(), OPTION_AT + 1, 0)],
    ['an NS with an option of twice the length', patched(ns(), OPTION_AT + 1, 2)],
    ['an NA without override', na(S)],
    ['an unsolicited NA without override', na(0)],
    ['an NA for another MAC', na(O, { named: OTHER })],
    ['an NA that a router passed on', na(O, { hopLimit: 64 })],
    ['an NA of a group', na(O, { target: Ipv6Address.of('ff02::1') })],
    ['an NA of nobody', na(O, { target: NOBODY })],
    ['an RS before there is an address', rs({ source: NOBODY, named: undefined })],
    ['an RS while the address is tentative', rs({ named: undefined })],
    ['an RS for another MAC', rs({ named: OTHER })],
    ['an echo reply', patched(ns(), MESSAGE_AT, 129)],
    ['a redirect', patched(ns(), MESSAGE_AT, 137)],
    ['an ARP in a service tag', tagged(arp(), EtherType.serviceTag, 10)],
    ['an ARP in two tags', tagged(tagged(arp(), EtherType.customerTag, 10), EtherType.customerTag, 20)],
    ['an ARP in three', tagged(tagged(tagged(arp(), EtherType.customerTag, 1), 0x8100, 2), 0x8100, 3)],
    ['an NS in two tags', tagged(tagged(ns(), EtherType.customerTag, 10), EtherType.serviceTag, 20)],
    [
      'an NS in two customer tags',
      tagged(tagged(ns(), EtherType.customerTag, 10), EtherType.customerTag, 20),
    ],
    ['an NS in VLAN 4095', tagged(ns(), EtherType.customerTag, 4095)],
  ])('takes %s for no proof', (_, frame) => {
    expect(addressClaim(frame)).toBeUndefined();
  });

  const claim = (over: Partial<AddressClaim>): AddressClaim => ({
    station: STATION,
    address: OWN,
    proof: 'asserted',
    ...over,
  });

  it.each<[string, Uint8Array, AddressClaim]>([
    ['an ARP request', arp(), claim({ asksFor: GATEWAY })],
    ['an ARP request for no host', arp({ targetIp: Ipv4Address.of('224.0.0.1') }), claim({})],
    ['a gratuitous request', arp({ targetIp: OWN }), claim({})],
    ['a gratuitous reply', reply({ targetIp: OWN }), claim({})],
    ['a reply', reply(), claim({ proof: 'answered' })],
    ['an ARP in a VLAN', arp({}, TAGGED), claim({ station: TAGGED, asksFor: GATEWAY })],
    ['an ARP with a priority', tagged(arp(), EtherType.customerTag, 0xe000), claim({ asksFor: GATEWAY })],
    [
      'an ARP in a VLAN with a priority',
      tagged(arp(), EtherType.customerTag, 0xe00a),
      claim({ station: TAGGED, asksFor: GATEWAY }),
    ],
    ['an NS', ns(), claim({ address: LINK })],
    ['an NS that does not name its MAC', ns({ named: undefined }), claim({ address: LINK })],
    ['an NS in a VLAN', tagged(ns(), EtherType.customerTag, 10), claim({ station: TAGGED, address: LINK })],
    [
      'an NS with another option first',
      patched(ns({ named: OTHER }), OPTION_AT, 14),
      claim({ address: LINK }),
    ],
    ['an unsolicited NA', na(O), claim({ address: TARGET, router: false })],
    ['an unsolicited NA of a router', na(R | O), claim({ address: TARGET, router: true })],
    ['an NA', na(S | O), claim({ address: TARGET, proof: 'answered', router: false })],
    ['an NA of a router', na(R | S | O), claim({ address: TARGET, proof: 'answered', router: true })],
    [
      'an NA that does not name its MAC',
      na(S | O, { named: undefined }),
      claim({ address: TARGET, proof: 'answered', router: false }),
    ],
    ['an RS', rs(), claim({ address: LINK, router: false })],
    ['an RA', rs({ type: 'router-advertisement' }), claim({ address: LINK, router: true })],
  ])('takes %s for a proof', (_, frame, expected) => {
    expect(addressClaim(frame)).toStrictEqual(expected);
  });

  it('proves nothing with other messages, and never throws', () => {
    const around = fc.tuple(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom(0x0806, 0x86dd, 0x0800, 0x8100),
    );
    fc.assert(
      fc.property(around, ([bytes, etherType]) => {
        addressClaim(frameAround(STATION, OTHER, etherType, bytes));
      }),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4, maxLength: 60 }),
        fc.integer({ min: 0, max: 255 }),
        (message, type) => {
          const bytes = Uint8Array.from([type, ...message.subarray(1)]);
          const envelope = { station: STATION, destinationMac: OTHER, source: LINK, destination: TARGET };
          const found = addressClaim(icmpv6Frame({ ...envelope, hopLimit: 255 }, bytes));
          if (type < 133 || type > 136) expect(found).toBeUndefined();
        },
      ),
    );
  });
});
