import type { CarriedVlans } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { carriedByOvs, type OvsPort } from './ovs-carries.js';

const ALL: CarriedVlans['tagged'] = [[1, 4094]];
const port = (over: Partial<OvsPort>): OvsPort => ({ name: 'tap0', trunks: [], customerVlans: [], ...over });

describe('carriedByOvs', () => {
  it.each<[string, Partial<OvsPort>]>([
    ['a mode that is not known here', { mode: 'private' }],
    ["neutron's parked port", { tag: 4095 }],
  ])('does not know what is carried by %s', (_what, over) => {
    expect(carriedByOvs(port(over))).toBeUndefined();
  });

  it.each<[string, Partial<OvsPort>, CarriedVlans]>([
    ['nothing set: all', {}, { untagged: true, tagged: ALL }],
    ['tag=10: untagged alone', { tag: 10 }, { untagged: 10, tagged: [] }],
    ['tag=10, whatever the trunks', { tag: 10, trunks: [20] }, { untagged: 10, tagged: [] }],
    ['access without a tag', { mode: 'access' }, { untagged: true, tagged: [] }],
    ['tag=0', { tag: 0 }, { untagged: true, tagged: [] }],
    [
      'trunks=10,11,20',
      { trunks: [20, 10, 11] },
      {
        untagged: false,
        tagged: [
          [10, 11],
          [20, 20],
        ],
      },
    ],
    ['trunks=0,10', { trunks: [0, 10] }, { untagged: true, tagged: [[10, 10]] }],
    ['trunks=0', { trunks: [0] }, { untagged: true, tagged: [] }],
    ['trunk with a tag that means nothing', { mode: 'trunk', tag: 5 }, { untagged: true, tagged: ALL }],
    [
      'native-untagged tag=10 trunks=20',
      { mode: 'native-untagged', tag: 10, trunks: [20] },
      {
        untagged: 10,
        tagged: [
          [10, 10],
          [20, 20],
        ],
      },
    ],
    ['native-tagged tag=10', { mode: 'native-tagged', tag: 10 }, { untagged: 10, tagged: ALL }],
    ['dot1q-tunnel tag=10', { mode: 'dot1q-tunnel', tag: 10 }, { untagged: 10, tagged: ALL }],
    [
      'dot1q-tunnel cvlans=0,5',
      { mode: 'dot1q-tunnel', tag: 10, customerVlans: [0, 5] },
      { untagged: 10, tagged: [[5, 5]] },
    ],
    [
      'dot1q-tunnel cvlans=5',
      { mode: 'dot1q-tunnel', tag: 10, customerVlans: [5] },
      { untagged: false, tagged: [[5, 5]] },
    ],
  ])('knows what is carried with %s', (_what, over, carried) => {
    expect(carriedByOvs(port(over))).toEqual(carried);
  });
});
