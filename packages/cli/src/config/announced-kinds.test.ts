import { stationOf } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './parse-config.js';
import { configuredPolicy } from './policy-plugin.js';

/** The kinds for a guest's station on a VLAN, by a herald.yaml. */
const kinds = (yaml: string, name: string, vlan?: number): readonly string[] | undefined => {
  const parsed = parseConfig(yaml, 'herald.yaml');
  if ('problems' in parsed) throw parsed.problems[0] ?? new Error('no problem was told');
  const station = stationOf(
    MacAddress.of('52:54:00:00:00:01'),
    vlan === undefined ? undefined : VlanId.of(vlan),
  );
  return configuredPolicy(parsed.config).forGuest({ name }).kindsFor?.(station);
};

const file = `
announce:
  preset: switch
  vlans:
    - { vlans: [10, 20-29], kinds: [rarp, acme-hello] }
    - { vlans: [25-30], preset: evpn }
guests:
  own-kinds:
    announce: { kinds: [na] }
  own-vlans:
    announce: { vlans: [{ vlans: [10], preset: ovs-slb }] }
  no-vlans:
    announce: { vlans: [] }
  own-pace:
    announce: { rounds: 9 }
`;

describe('the kinds that announce a station', () => {
  it.each([
    ['are left to the defaults where nothing is said', '', 'web', 10, undefined],
    ['are left to the defaults by other rules', 'announce: { rounds: 2 }', 'web', 10, undefined],
    [
      'are the defaults off the VLANs that have their own',
      'announce: { vlans: [{ vlans: [10], kinds: [na] }] }',
      'web',
      undefined,
      ['rarp', 'garp', 'na'],
    ],
    ['are those for all where no VLAN has its own', file, 'web', 11, ['rarp']],
    ['are those for all where there is no VLAN', file, 'web', undefined, ['rarp']],
    ['are those of its VLAN', file, 'web', 10, ['rarp', 'acme-hello']],
    ['are those of the first rule with its VLAN', file, 'web', 25, ['rarp', 'acme-hello']],
    [
      'are those of the only rule with its VLAN',
      file,
      'web',
      30,
      ['rarp', 'garp', 'garp-reply', 'na', 'arp-ask', 'rs'],
    ],
    ["are the guest's own in place of a preset", file, 'own-kinds', undefined, ['na']],
    ["are those of the VLAN, whatever the guest's others are", file, 'own-kinds', 10, ['rarp', 'acme-hello']],
    ["are those of the guest's own VLANs", file, 'own-vlans', 10, ['null-garp', 'garp', 'na']],
    ["are not those of VLANs that the guest's list replaced", file, 'own-vlans', 25, ['rarp']],
    ['are those for all where the guest has no VLANs of its own', file, 'no-vlans', 10, ['rarp']],
    ['are the general ones for a guest with other rules', file, 'own-pace', 10, ['rarp', 'acme-hello']],
  ])('%s', (_, yaml, guest, vlan, expected) => {
    expect(kinds(yaml, guest, vlan)).toEqual(expected);
  });
});
