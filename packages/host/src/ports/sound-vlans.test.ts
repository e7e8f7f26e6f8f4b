import { describe, expect, it } from 'vitest';
import { soundVlans } from './sound-vlans.js';

describe('soundVlans', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no object', 7],
    ['no word on untagged frames', { tagged: [] }],
    ['an untagged VLAN that is none', { untagged: 4095, tagged: [] }],
    ['no word on tagged frames', { untagged: true }],
    ['a range that is none', { untagged: true, tagged: [10] }],
    ['a range without an end', { untagged: true, tagged: [[10]] }],
    ['a range that runs backwards', { untagged: true, tagged: [[20, 10]] }],
    [
      'ranges that overlap',
      {
        untagged: true,
        tagged: [
          [10, 20],
          [20, 30],
        ],
      },
    ],
    ['VLAN 0', { untagged: true, tagged: [[0, 10]] }],
    ['more ranges than there can be', { untagged: true, tagged: Array.from({ length: 2048 }, () => [1, 1]) }],
  ])('takes %s as not known', (_what, given) => {
    expect(soundVlans(given)).toBeUndefined();
  });

  it.each([
    { untagged: false, tagged: [] },
    { untagged: true, tagged: [[1, 4094]] },
    {
      untagged: 10,
      tagged: [
        [10, 10],
        [20, 29],
      ],
    },
  ])('copies %j', (given) => {
    expect(soundVlans(given)).toEqual(given);
    expect(soundVlans(given)).not.toBe(given);
  });
});
