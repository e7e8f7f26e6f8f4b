import type { PortAttachment } from '@nic-herald/core';
import type { LinkInfo, Links } from '@nic-herald/linux-sys';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import type { OvsPlace } from './ovsdb/ovs-tables.js';
import { attachmentOf, mayBeInOpenVswitch } from './port-attachment.js';

const link = (index: number, name: string, more: Partial<LinkInfo> = {}): LinkInfo => ({
  ...{ index, name, up: true, carrier: true, operState: 'up' },
  ...more,
});
const tap = (more: Partial<LinkInfo> = {}): LinkInfo => link(3, 'tap0', { kind: 'tun', ...more });
const inBridge = tap({ masterIndex: 1, bridgePortState: 'forwarding', bridgePortLearns: true });
const inDatapath = tap({ masterIndex: 2 });

/** A host with a bridge, the datapath of Open vSwitch and a card. */
const hostWith = (...taps: readonly LinkInfo[]): Links => {
  const links = [
    ...[
      link(1, 'br0', { kind: 'bridge', vlanFiltering: true }),
      link(2, 'ovs-system', { kind: 'openvswitch' }),
    ],
    ...[link(4, 'eth0'), link(5, 'up0', { masterIndex: 1 }), ...taps],
  ];
  return {
    find: (which) =>
      links.find((each) => ('index' in which ? each.index === which.index : each.name === which.name)),
    all: async () => links,
    vlansAt: (index) => (index === 3 ? { untagged: 10, ranges: [[10, 10]] } : undefined),
    close: () => {},
  };
};
const place: OvsPlace = {
  bridge: 'br-int',
  port: { name: 'tap0', tag: 7, trunks: [], customerVlans: [] },
  isManaged: false,
};

describe('attachmentOf', () => {
  it.each<[string, LinkInfo, OvsPlace | undefined, PortAttachment]>([
    ['stands alone', tap(), undefined, { alone: true }],
    ['has a master that is gone', tap({ masterIndex: 99 }), undefined, {}],
    ['is in something else', tap({ masterIndex: 4 }), place, {}],
    [
      'is in a bridge that filters',
      inBridge,
      place,
      {
        ...{ network: 'br0', vlans: 'aware', carries: { untagged: 10, tagged: [[10, 10]] } },
        ...{ uplinks: ['up0'], learns: true, forwards: true },
      },
    ],
    [
      'is in a datapath whose database is silent',
      inDatapath,
      undefined,
      { switch: 'Open vSwitch', vlans: 'aware' },
    ],
    [
      'is in Open vSwitch',
      inDatapath,
      place,
      { switch: 'Open vSwitch br-int', vlans: 'aware', carries: { untagged: 7, tagged: [] } },
    ],
    [
      'is in Open vSwitch, where OVN has a logical port',
      inDatapath,
      { ...place, isManaged: true },
      {
        ...{ switch: 'Open vSwitch br-int', vlans: 'aware', carries: { untagged: 7, tagged: [] } },
        opensOn: 'rarp',
      },
    ],
    [
      "is in Open vSwitch's datapath in user space",
      tap(),
      { ...place, port: { ...place.port, tag: 4095 } },
      { switch: 'Open vSwitch br-int', vlans: 'aware' },
    ],
    [
      'stands on a card',
      tap({ kind: 'macvtap', linkedIndex: 4, takesAllMacs: true, address: Uint8Array.of(2, 0, 0, 0, 0, 1) }),
      place,
      { network: 'eth0', uplinks: ['eth0'] },
    ],
    [
      'shares a card',
      tap({ kind: 'macvtap', linkedIndex: 4, takesAllMacs: false, address: Uint8Array.of(2, 0, 0, 0, 0, 1) }),
      place,
      { network: 'eth0', uplinks: ['eth0'], receives: MacAddress.of('02:00:00:00:00:01') },
    ],
    ['stood on a card that is gone', tap({ kind: 'macvtap', linkedIndex: 99 }), undefined, { alone: true }],
  ])('a port that %s', (_what, port, found, attachment) => {
    const links = hostWith(port);
    const all = [link(5, 'up0', { masterIndex: 1 }), port];
    expect(attachmentOf(links, port, all, { placeOf: () => found })).toEqual(attachment);
  });
});

it.each<[LinkInfo, boolean]>([
  [tap(), true],
  [inDatapath, true],
  [inBridge, false],
  [tap({ kind: 'macvtap', linkedIndex: 4 }), false],
])('Open vSwitch is asked of %j: %s', (port, isAsked) => {
  expect(mayBeInOpenVswitch(hostWith(port), port)).toBe(isAsked);
});
