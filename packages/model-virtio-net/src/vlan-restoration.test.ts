import { parseState } from '@nic-herald/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtioNetModel } from './virtio-net-model.js';
import type { VirtioNetState, VlanTable } from './virtio-net-state.js';
import { dropsVlansOnLoad } from './vlan-restoration.js';

const model = new VirtioNetModel();
const card = (vlans: VlanTable, more: Partial<VirtioNetState> = {}): VirtioNetState => ({
  promiscuous: false,
  unicastMode: 'normal',
  unicastOverflow: false,
  unicast: [],
  multicast: [],
  unfitEntries: 0,
  vlans,
  dropsVlansOnLoad: true,
  ...more,
});
const fixed = { dropsVlansOnLoad: false };
const marked = { vlanTableLost: true } as const;

describe('restoring the VLANs', () => {
  type Row = [
    string,
    { live: VirtioNetState; loaded?: VirtioNetState; carried: VirtioNetState },
    VlanTable,
    boolean,
  ];
  it.each<Row>([
    // what stays as the card says
    ['nothing was carried', { live: card([]), carried: card([]) }, [], false],
    ['only VID 0 was lost', { live: card([]), carried: card([0]) }, [], false],
    ['this QEMU keeps its table', { live: card([], fixed), carried: card([0, 10]) }, [], false],
    ['the table came over', { live: card([0, 10]), carried: card([0, 10]) }, [0, 10], false],
    [
      'a VID is left: the agent started anew, and the guest took VLAN 20 out meanwhile',
      { live: card([0, 10]), carried: card([0, 10, 20]) },
      [0, 10],
      false,
    ],
    ['the guest does not filter VLANs', { live: card('all'), carried: card([0, 10]) }, 'all', false],
    [
      'the guest filled its table',
      { live: card('too-many'), loaded: card([]), carried: card([10]) },
      'too-many',
      false,
    ],
    ['the guest did not filter VLANs before', { live: card([]), carried: card('all') }, [], false],
    [
      'a Linux guest set up its interface anew',
      { live: card([0, 30]), loaded: card([]), carried: card([0, 10, 20]) },
      [0, 30],
      false,
    ],
    [
      'a guest without VID 0 changed its table',
      { live: card([30]), loaded: card([]), carried: card([10, 20]) },
      [30],
      false,
    ],
    [
      'the guest took out what it had since the load',
      { live: card([]), loaded: card([30]), carried: card([0, 10]) },
      [],
      false,
    ],
    [
      'the guest set up its interface while the agent was down',
      { live: card([0, 30]), carried: card([0, 10], marked) },
      [0, 30],
      false,
    ],
    [
      'the guest filled a table that was lost: the mark goes',
      { live: card([0, 10, 20]), loaded: card([]), carried: card([0, 10, 20], marked) },
      [0, 10, 20],
      false,
    ],
    // what is put back
    ['the table was emptied', { live: card([]), carried: card([0, 10, 20]) }, [0, 10, 20], true],
    ['the table was emptied, no VID 0', { live: card([]), carried: card([10, 20]) }, [10, 20], true],
    [
      'a VLAN more since, on Linux',
      { live: card([30]), loaded: card([]), carried: card([0, 10]) },
      [0, 10, 30],
      true,
    ],
    [
      'a VLAN more before the first look',
      { live: card([30]), loaded: card([30]), carried: card([0, 10]) },
      [0, 10, 30],
      true,
    ],
    [
      'an earlier hop lost it, and this QEMU has no fault',
      { live: card([], fixed), carried: card([0, 10], marked) },
      [0, 10],
      true,
    ],
    [
      'a VLAN more on an earlier hop came over alone',
      { live: card([30], fixed), carried: card([0, 10, 30], marked) },
      [0, 10, 30],
      true,
    ],
    ['a full table was emptied', { live: card([]), carried: card('too-many') }, 'too-many', true],
  ])('%s', (_, { live, loaded = live, carried }, vlans, lost) => {
    const restored = model.restore({ live, loaded, carried });
    expect(restored).toEqual({ ...live, vlans, ...(lost ? marked : {}) });
    const reasons = model.filter(restored).incomplete.map(({ reason }) => reason);
    expect(reasons.includes('vlan-table-lost')).toBe(lost);
  });

  it('knows the VLANs after A to B to A to B, where every hop empties the table', () => {
    let carried = card([0, 10, 20]);
    for (let hop = 0; hop < 4; hop += 1) {
      carried = model.restore({ live: card([]), loaded: card([]), carried });
      expect(model.filter(carried).vlans).toEqual([10, 20]);
      expect(carried.vlanTableLost).toBe(true);
    }
  });

  it('takes everything else from the live card', () => {
    const live = card([], { promiscuous: true, unicastOverflow: true });
    const restored = model.restore({ live, loaded: live, carried: card([10]) });
    expect(restored).toEqual({ ...live, vlans: [10], vlanTableLost: true });
  });

  it('gives a state that its own schema reads, and nothing nobody listed', () => {
    const vids = fc.uniqueArray(fc.integer({ min: 0, max: 4094 }), { maxLength: 512 });
    const vlans = fc.oneof(
      vids.map((list): VlanTable => list.toSorted((a, b) => a - b)),
      fc.constantFrom<VlanTable>('all', 'too-many'),
    );
    const state = fc
      .record({ vlans, drops: fc.boolean(), lost: fc.boolean() })
      .map(({ vlans: table, drops, lost }) =>
        card(table, { dropsVlansOnLoad: drops, ...(lost ? marked : {}) }),
      );
    fc.assert(
      fc.property(state, state, state, (live, loaded, carried) => {
        const restored = model.restore({ live, loaded, carried });
        expect(parseState(model.state, JSON.parse(JSON.stringify(restored)))).toEqual({ value: restored });
        if (typeof restored.vlans === 'string') return;
        const listed = new Set(
          [live.vlans, carried.vlans].flatMap((table) => (typeof table === 'string' ? [] : table)),
        );
        expect(restored.vlans.every((vid) => listed.has(vid))).toBe(true);
      }),
    );
  });
});

const stuck = { vlanTableStuck: true } as const;

it.each<[string, { live: VirtioNetState; loaded?: VirtioNetState; carried: VirtioNetState }, boolean]>([
  [
    'came over full',
    { live: card('too-many', fixed), loaded: card('too-many', fixed), carried: card('too-many', stuck) },
    true,
  ],
  ['came over full and was emptied on the way', { live: card([]), carried: card('too-many', stuck) }, true],
  [
    'was filled by the guest',
    { live: card('too-many', fixed), loaded: card('too-many', fixed), carried: card('too-many') },
    false,
  ],
  [
    'was set up anew by the guest',
    { live: card([0, 10], fixed), loaded: card('too-many', fixed), carried: card('too-many', stuck) },
    false,
  ],
  [
    'was set up anew, and filled by the guest later on',
    { live: card('too-many', fixed), loaded: card([0], fixed), carried: card('too-many', stuck) },
    false,
  ],
])('a full table of a host with the fault that %s: it is to blame: %s', (_, states, isToBlame) => {
  const restored = model.restore({ loaded: states.live, ...states });
  expect(restored.vlanTableStuck === true).toBe(isToBlame);
});

it.each([
  ['QEMU', '7.2.22', true],
  ['QEMU', '8.1.5', true],
  ['QEMU', '8.2.0', false],
  ['QEMU', '10.0.2', false],
  ['QEMU', '9.0.0 (Debian 1:9.0)', false],
  ['QEMU', 'unknown', true],
  ['another', '12.1', true],
])('%s %s drops VLANs on load: %s', (name, version, drops) => {
  expect(dropsVlansOnLoad({ name, version })).toBe(drops);
});
