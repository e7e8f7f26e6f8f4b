import type { LinkInfo } from '@nic-herald/linux-sys';
import { describe, expect, it } from 'vitest';
import { hostInterfaces } from './host-interfaces.js';

const link = (index: number, name: string, more: Partial<LinkInfo> = {}): LinkInfo => ({
  index,
  name,
  up: true,
  carrier: true,
  operState: 'up',
  ...more,
});
const BR0 = link(1, 'br0', { kind: 'bridge' });
const TAP0 = link(2, 'tap0', { kind: 'tun', masterIndex: 1 });
const of = (...links: readonly LinkInfo[]): readonly string[] =>
  [...hostInterfaces([BR0, TAP0, link(99, 'eth9'), ...links], BR0)]
    .map(({ name }) => name)
    .toSorted((a, b) => a.localeCompare(b));

describe('hostInterfaces', () => {
  it.each<[string, LinkInfo[], string[]]>([
    ['the bridge alone, where only taps are on it', [], ['br0']],
    ['a card that is its uplink', [link(3, 'eth0', { masterIndex: 1 })], ['br0', 'eth0']],
    [
      'a bond that is its uplink, and the cards in it',
      [
        link(3, 'bond0', { kind: 'bond', masterIndex: 1 }),
        link(4, 'eth0', { masterIndex: 3 }),
        link(5, 'eth1', { masterIndex: 3 }),
      ],
      ['bond0', 'br0', 'eth0', 'eth1'],
    ],
    [
      'a VLAN interface on a bond, and all below',
      [
        link(3, 'bond0', { kind: 'bond' }),
        link(4, 'eth0', { masterIndex: 3 }),
        link(5, 'bond0.100', { kind: 'vlan', linkedIndex: 3, masterIndex: 1 }),
        link(6, 'bond0.200', { kind: 'vlan', linkedIndex: 3 }),
      ],
      ['bond0', 'bond0.100', 'br0', 'eth0'],
    ],
    [
      'what stands on the bridge, and on that',
      [
        link(3, 'br0.10', { kind: 'vlan', linkedIndex: 1 }),
        link(4, 'mv0', { kind: 'macvlan', linkedIndex: 3 }),
      ],
      ['br0', 'br0.10', 'mv0'],
    ],
    [
      'the bridge that a VLAN interface on the bridge is a port of, and not its other ports',
      [
        link(3, 'br0.10', { kind: 'vlan', linkedIndex: 1, masterIndex: 4 }),
        link(4, 'br10', { kind: 'bridge' }),
        link(5, 'tap10', { kind: 'tun', masterIndex: 4 }),
      ],
      ['br0', 'br0.10', 'br10'],
    ],
    [
      'no macvtap on the bridge: that is a guest’s',
      [link(3, 'mt0', { kind: 'macvtap', linkedIndex: 1 })],
      ['br0'],
    ],
    [
      'a cable, and its other end where that is here',
      [
        link(3, 'v0', { kind: 'veth', masterIndex: 1, linkedIndex: 4 }),
        link(4, 'v1', { kind: 'veth', linkedIndex: 3 }),
      ],
      ['br0', 'v0', 'v1'],
    ],
    [
      'a cable whose other end is in a namespace where another has a number of ours',
      [link(3, 'v0', { kind: 'veth', masterIndex: 1, linkedIndex: 99 })],
      ['br0', 'v0'],
    ],
    [
      'interfaces that stand on each other, as no kernel has them',
      [
        link(3, 'a', { kind: 'vlan', masterIndex: 1, linkedIndex: 4 }),
        link(4, 'b', { kind: 'vlan', linkedIndex: 3 }),
      ],
      ['a', 'b', 'br0'],
    ],
  ])('are %s', (_what, links, names) => {
    expect(of(...links)).toEqual(names);
  });
});
