import { stationOf } from '@nic-herald/core';
import {
  decodeArp,
  decodeNeighbourAdvertisement,
  Ipv4Address,
  Ipv6Address,
  MacAddress,
  multicastReport,
  VlanId,
} from '@nic-herald/wire';
import { expect, test } from 'vitest';
import { arpFrame, discoveryFrame, igmpReportFrame, mldReportFrame } from './spoken-frames.js';

// What the codecs of wire read, made apart from them, is what was meant.
const mac = MacAddress.of('52:54:00:00:00:01');
const vlan = VlanId.of(10);
const address = Ipv6Address.of('2001:db8::1');
const link = Ipv6Address.of('fe80::1');
const ip = Ipv4Address.of('192.0.2.1');

test.each([undefined, vlan])('guests speak frames that wire reads, in VLAN %s', (on) => {
  const station = stationOf(mac, on);
  const tag = on === undefined ? {} : { vlan: on };
  const asked = { operation: 'request', senderIp: ip, targetIp: Ipv4Address.of('192.0.2.254') } as const;
  expect(decodeArp(arpFrame(station, asked))).toMatchObject({
    ...asked,
    ...tag,
    source: mac,
    senderMac: mac,
  });

  const unsolicited = {
    type: 'neighbour-advertisement',
    source: address,
    target: address,
    flags: 0x20,
  } as const;
  expect(decodeNeighbourAdvertisement(discoveryFrame(station, unsolicited))).toEqual({
    ...{ mac, ...tag, address },
    ...{ router: false, override: true },
  });

  const groups4 = ['239.1.1.1', '239.2.2.2', '239.3.3.3'].map(Ipv4Address.of);
  expect(multicastReport(igmpReportFrame(station, ip, groups4))).toEqual({
    ...{ protocol: 'igmp', version: 3, ...tag },
    ...{ source: mac, sourceIp: ip, groups: groups4 },
  });
  const groups6 = Array.from({ length: 60 }, (_, group) => Ipv6Address.of(`ff15::${group + 1}`));
  expect(multicastReport(mldReportFrame(station, link, groups6))).toEqual({
    ...{ protocol: 'mld', version: 2, ...tag },
    ...{ source: mac, sourceIp: link, groups: groups6 },
  });
});
