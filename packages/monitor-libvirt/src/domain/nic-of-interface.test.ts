import type { NicDescriptor } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import type { DomainInterface } from './domain-interface.js';
import { nicOfInterface } from './nic-of-interface.js';

const mac = '52:54:00:00:00:01' as DomainInterface['mac'];
const given: DomainInterface = { type: 'bridge', mac, model: 'virtio', alias: 'net0', target: 'vnet0' };
const holder = { bootId: 'b', pid: 7, startTicks: 9 };
const named = { id: 'net0', type: 'virtio-net-pci', primaryMac: mac };

describe('nicOfInterface', () => {
  it.each<[string, Partial<DomainInterface>, NicDescriptor]>([
    [
      'a bridge',
      {},
      { ...named, backend: { type: 'tap', name: 'hostnet0', interfaceName: 'vnet0', holder } },
    ],
    [
      'a network',
      { type: 'network' },
      { ...named, backend: { type: 'tap', name: 'hostnet0', interfaceName: 'vnet0', holder } },
    ],
    [
      'a tap of its own',
      { type: 'ethernet', target: 'mine' },
      { ...named, backend: { type: 'tap', name: 'hostnet0', interfaceName: 'mine', holder } },
    ],
    [
      'a macvtap',
      { type: 'direct', target: 'macvtap0' },
      { ...named, backend: { type: 'tap', name: 'hostnet0', interfaceName: 'macvtap0', holder } },
    ],
    ['vhost-user', { type: 'vhostuser' }, { ...named, backend: { type: 'vhost-user', name: 'hostnet0' } }],
    ['vDPA', { type: 'vdpa' }, { ...named, backend: { type: 'vhost-vdpa', name: 'hostnet0' } }],
    ['user', { type: 'user' }, { ...named, backend: { type: 'user', name: 'hostnet0' } }],
    [
      'a type that every object has',
      { type: 'constructor' },
      { ...named, backend: { type: 'constructor', name: 'hostnet0' } },
    ],
    [
      'a card of the host',
      { type: 'hostdev', alias: 'hostdev0' },
      {
        id: 'hostdev0',
        type: 'vfio-pci',
        primaryMac: mac,
        portProblem: expect.stringContaining('passed to the guest') as string,
      },
    ],
  ])('%s', (_, more, nic) => {
    expect(nicOfInterface({ ...given, ...more }, 'pc-q35-7.2', holder)).toEqual(nic);
  });

  it('one behind a filter of the host', () => {
    const [known, own] = ['clean-traffic', 'my-own'].map((filter) =>
      nicOfInterface({ ...given, filter }, '', holder),
    );
    expect(known?.egress).toMatchObject({ primaryMacOnly: true });
    expect(own).not.toHaveProperty('egress');
  });

  it('one without an alias, a target and a known process', () => {
    expect(nicOfInterface({ type: 'bridge', mac, model: 'e1000' }, '', undefined)).toEqual({
      id: mac,
      type: 'e1000',
      primaryMac: mac,
      backend: { type: 'tap', name: 'not named yet' },
    });
  });
});
