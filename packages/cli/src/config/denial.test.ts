import { stationOf } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { denial } from './denial.js';
import { parseConfig } from './parse-config.js';

/** The lists of a herald.yaml, as they are parsed. */
const listed = (yaml: string) => {
  const parsed = parseConfig(yaml, 'herald.yaml');
  if ('problems' in parsed) throw parsed.problems[0] ?? new Error('no problem was told');
  return denial(parsed.config.allow, parsed.config.deny);
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
    expect(listed(yaml)({ station, evidence: 'filter' })).toBe(reason);
  });
});
