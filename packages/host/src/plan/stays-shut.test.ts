import type { PortAttachment } from '@nic-herald/core';
import { ANNOUNCE_PRESETS } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { NIC } from '../../test/sample-nic.js';
import { staysShut } from './stays-shut.js';

const OVN: PortAttachment = { switch: 'Open vSwitch br-int', opensOn: 'rarp' };
const at = (attachment?: PortAttachment) => ({
  ...NIC,
  port: { kind: 'tap', name: 'tap0', ...(attachment && { attachment }) },
});

describe('staysShut', () => {
  it.each<[string, readonly string[]]>([
    ['preset ovs-slb', ANNOUNCE_PRESETS['ovs-slb']],
    ['a gratuitous ARP', ['garp']],
    ['an advertisement before the RARP', ['na', 'rarp']],
    ['a kind of a plugin', ['magic', 'rarp']],
  ])('a port of OVN, with %s', (_what, kinds) => {
    expect(staysShut(at(OVN), kinds)).toBe(
      `nic0: OVN or neutron manages tap0, which may stay shut until a rarp comes in there, and the policy sends ${kinds.join(', ')}: rarp is sent instead; use preset ovn-rarp`,
    );
  });

  it.each<[string, Parameters<typeof staysShut>[0], readonly string[]]>([
    ['where nothing is sent', at(OVN), []],
    ['with preset ovn-rarp', at(OVN), ANNOUNCE_PRESETS['ovn-rarp']],
    ['with preset evpn', at(OVN), ANNOUNCE_PRESETS.evpn],
    ['in another switch', at({ switch: 'Open vSwitch br0' }), ['null-garp']],
    ['that nothing is known of', at(), ['null-garp']],
    ['of a NIC that has none', { id: 'nic0' }, ['null-garp']],
  ])('not a port %s', (_what, nic, kinds) => {
    expect(staysShut(nic, kinds)).toBeUndefined();
  });
});
