import { stationOf } from '@nic-herald/core';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { addressDenial, denial } from './denial.js';
import { parseConfig } from './parse-config.js';

/** The lists of a herald.yaml, as they are parsed. */
const listed = (yaml: string) => {
  const parsed = parseConfig(yaml, 'herald.yaml');
  if ('problems' in parsed) throw parsed.problems[0] ?? new Error('no problem was told');
  const { allow, deny } = parsed.config;
  return { denial: denial(allow, deny), addressDenial: addressDenial(allow, deny) };
};

const allowing = "allow:\n  macs: ['52-54-00', '02:AA']\n  vlans: [10, 100-199]\n";
const denying = 'deny:\n  macs: [52:54:00:00:00:07]\n  vlans: ["4000-4094"]\n';

describe('what herald.yaml says against a station', () => {
  it.each([
    ['a denied MAC', denying, '52:54:00:00:00:07', undefined, 'MACs of 52:54:00:00:00:07 are denied'],
    [
      'a denied MAC that is allowed too',
      allowing + denying,
      '52:54:00:00:00:07',
      10,
      'MACs of 52:54:00:00:00:07 are denied',
    ],
    ['a denied VLAN', denying, '52:54:00:00:00:08', 4094, 'VLAN 4094 is denied'],
    [
      'a MAC that is not allowed',
      allowing,
      '02:ab:00:00:00:01',
      undefined,
      'the MAC is none of those allowed',
    ],
    ['a VLAN that is not allowed', allowing, '52:54:00:00:00:01', 200, 'VLAN 200 is none of those allowed'],
    ['an allowed MAC, untagged', allowing, '52:54:00:00:00:01', undefined, undefined],
    ['an allowed MAC of the other prefix', allowing, '02:aa:00:00:00:01', 10, undefined],
    ['an allowed VLAN of a range', allowing, '52:54:00:00:00:01', 199, undefined],
    ['a MAC that nothing is said of', denying, '52:54:00:00:00:08', 3999, undefined],
    ['anything where there are no lists', '', '52:54:00:00:00:08', 7, undefined],
  ])('%s', (_, yaml, mac, vlan, reason) => {
    const station = stationOf(MacAddress.of(mac), vlan === undefined ? undefined : VlanId.of(vlan));
    expect(listed(yaml).denial({ station, evidence: 'filter' })).toBe(reason);
  });
});

const allowingAddresses = "allow:\n  addresses: [10.0.0.0/8, '2001:DB8::/32', 192.0.2.1]\n";
const denyingAddresses = 'deny:\n  addresses: [10.66.0.0/16, "fe80::/10"]\n';

describe('what herald.yaml says against an IP address', () => {
  it.each([
    ['a denied one', denyingAddresses, '10.66.1.2', 'the address is denied'],
    ['one denied and allowed', allowingAddresses + denyingAddresses, '10.66.1.2', 'the address is denied'],
    ['a denied one of IPv6', denyingAddresses, 'fe80::1', 'the address is denied'],
    ['none of those allowed', allowingAddresses, '11.0.0.1', 'the address is none of those allowed'],
    ['the neighbour of one allowed', allowingAddresses, '192.0.2.2', 'the address is none of those allowed'],
    [
      'none of those allowed of IPv6',
      allowingAddresses,
      '2001:db9::1',
      'the address is none of those allowed',
    ],
    ['one of a denied list of the other family', "deny:\n  addresses: ['::/0']\n", '0.0.0.1', undefined],
    ['an allowed one', allowingAddresses, '10.255.0.1', undefined],
    ['an allowed one alone', allowingAddresses, '192.0.2.1', undefined],
    ['an allowed one of IPv6', allowingAddresses, '2001:db8:ffff::1', undefined],
    ['one of which nothing is said', denyingAddresses, '10.65.0.1', undefined],
    ['any where nothing is said', '', 'fe80::1', undefined],
  ])('%s', (_, yaml, address, reason) => {
    expect(listed(yaml).addressDenial(IpAddress.of(address))).toBe(reason);
  });
});
