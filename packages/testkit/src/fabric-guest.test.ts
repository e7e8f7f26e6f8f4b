import { type Station, stationOf } from '@nic-herald/core';
import {
  decodeArp,
  encodeIgmpQuery,
  encodeMldQuery,
  IpAddress,
  Ipv6Address,
  igmpQueryLength,
  MacAddress,
  type MulticastReport,
  mldQueryLength,
  multicastReport,
  VlanId,
} from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { type AddressClaim, addressClaim } from './address-claim.js';
import { Fabric } from './fabric.js';
import { FabricGuest } from './fabric-guest.js';
import { FabricSink } from './fabric-sink.js';
import { FakeClock } from './fake-clock.js';
import type { FabricStation, GroupMembership } from './group-reports.js';

const PRIMARY = MacAddress.of('52:54:00:00:00:01');
const SECOND = MacAddress.of('52:54:00:00:00:02');
const VLAN = VlanId.of(10);
const TAP = { kind: 'tap', name: 'tapA' } as const;
const ip = IpAddress.of;
const STATIONS: readonly FabricStation[] = [
  { mac: PRIMARY, addresses: ['192.0.2.1', 'fe80::1', '2001:db8::1'].map(ip) },
  { mac: SECOND },
  { mac: PRIMARY, vlan: VLAN, addresses: [ip('2001:db8:10::1')] },
];
const GROUPS: readonly GroupMembership[] = [
  { group: ip('239.1.1.1') },
  { group: ip('ff15::1234') },
  { group: ip('239.2.2.2'), vlan: VLAN },
  { group: ip('239.3.3.3'), vlan: VLAN },
  { group: ip('ff15::10'), vlan: VLAN },
  { group: ip('239.9.9.9'), vlan: VlanId.of(99) },
];

const fabricGuest = (stations: readonly FabricStation[], groups?: readonly GroupMembership[]) => {
  const clock = new FakeClock();
  const host = new Fabric(clock).addHost('A');
  const port = host.addGuestPort(TAP.name);
  const guest = new FabricGuest(clock, { primaryMac: PRIMARY, stations, ...(groups && { groups }) });
  const spoken: Uint8Array[] = [];
  port.onReceive(({ bytes }) => spoken.push(bytes));
  const reports = (): readonly MulticastReport[] =>
    spoken.map((bytes) => multicastReport(bytes)).filter((report) => report !== undefined);
  return { clock, host, port, guest, spoken, reports };
};

const query = (protocol: 'igmp' | 'mld', vlan?: VlanId): Uint8Array => {
  const asked = { source: SECOND, vlan, maxResponseCode: 0, robustness: 2, intervalCode: 125 };
  const mld = { ...asked, sourceIp: Ipv6Address.of('fe80::ff') };
  const bytes = new Uint8Array(protocol === 'igmp' ? igmpQueryLength(asked) : mldQueryLength(mld));
  if (protocol === 'igmp') encodeIgmpQuery(asked, bytes, 0);
  else encodeMldQuery(mld, bytes, 0);
  return bytes;
};

describe('FabricGuest', () => {
  it('asks for its gateway from each of its addresses, and from none where it has none', () => {
    const { guest, port, spoken } = fabricGuest([...STATIONS, { mac: SECOND, vlan: VLAN, addresses: [] }]);
    guest.speak(port);
    const asserted = (station: Station, address: string): AddressClaim => ({
      ...{ station: stationOf(station.mac, station.vlan), address: ip(address) },
      proof: 'asserted',
    });
    expect(spoken.map((bytes) => addressClaim(bytes))).toEqual([
      asserted({ mac: PRIMARY }, '192.0.2.1'),
      asserted({ mac: PRIMARY }, 'fe80::1'),
      asserted({ mac: PRIMARY }, '2001:db8::1'),
      undefined,
      asserted({ mac: PRIMARY, vlan: VLAN }, '2001:db8:10::1'),
      undefined,
    ]);
    expect([spoken[3], spoken[5]].map((bytes) => decodeArp(bytes ?? new Uint8Array(0)))).toMatchObject([
      { source: SECOND, senderIp: '0.0.0.0', operation: 'request' },
      { source: SECOND, vlan: VLAN, senderIp: '0.0.0.0', operation: 'request' },
    ]);
  });

  it.each<[string, Uint8Array, object[]]>([
    [
      'IGMP untagged',
      query('igmp'),
      [{ protocol: 'igmp', version: 3, source: PRIMARY, sourceIp: '192.0.2.1', groups: ['239.1.1.1'] }],
    ],
    [
      'MLD untagged',
      query('mld'),
      [{ protocol: 'mld', version: 2, source: PRIMARY, sourceIp: 'fe80::1', groups: ['ff15::1234'] }],
    ],
    [
      'IGMP on a VLAN where it has no IPv4 address',
      query('igmp', VLAN),
      [
        {
          protocol: 'igmp',
          version: 3,
          vlan: 10,
          source: PRIMARY,
          sourceIp: '0.0.0.0',
          groups: ['239.2.2.2', '239.3.3.3'],
        },
      ],
    ],
    [
      'MLD on a VLAN where it has no address of that link',
      query('mld', VLAN),
      [{ protocol: 'mld', version: 2, vlan: 10, source: PRIMARY, sourceIp: '::', groups: ['ff15::10'] }],
    ],
    ['IGMP on a VLAN that it has no station on', query('igmp', VlanId.of(99)), []],
    ['MLD on a VLAN that it has no station on', query('mld', VlanId.of(99)), []],
    ['nothing', new Uint8Array(60), []],
  ])('asked for %s it reports its groups there', async (_, bytes, expected) => {
    const { clock, guest, host, port, reports } = fabricGuest(STATIONS, GROUPS);
    guest.run(port);
    const channel = await new FabricSink(host, clock).open(TAP, { direction: 'to-guest' });
    channel.prepare({ bytes, starts: Uint32Array.of(0, bytes.length) }).send();
    expect(reports()).toEqual([]);
    await clock.advance(10);
    expect(reports()).toEqual(expected);
  });

  it('answers whoever asks on its network, and each time', async () => {
    const { clock, guest, host, port, reports } = fabricGuest(STATIONS, GROUPS);
    guest.run(port);
    for (let times = 0; times < 3; times++) host.bridge.port('uplink')?.receive(query('igmp'));
    await clock.advance(10);
    expect(reports()).toHaveLength(3);
  });

  it('answers where it resumed, and no more once it is stopped', async () => {
    const { clock, guest, host, port, reports } = fabricGuest(STATIONS, GROUPS);
    const before = host.addGuestPort('tapB');
    const uplink = host.bridge.port('uplink');
    const spokenBefore: Uint8Array[] = [];
    before.onReceive(({ bytes }) => spokenBefore.push(bytes));
    guest.run(before);
    guest.resume(port);
    uplink?.receive(query('igmp'));
    await clock.advance(10);
    expect([reports().length, spokenBefore]).toEqual([1, []]);
    uplink?.receive(query('igmp'));
    guest.stop();
    uplink?.receive(query('igmp'));
    await clock.advance(10);
    expect([reports().length, clock.pending]).toEqual([1, 0]);
  });

  it('keeps quiet where it is in no group', async () => {
    const { clock, guest, host, port, spoken } = fabricGuest(STATIONS);
    guest.run(port);
    host.bridge.port('uplink')?.receive(query('igmp'));
    host.bridge.port('uplink')?.receive(query('mld'));
    await clock.advance(10);
    expect(spoken).toEqual([]);
  });
});
