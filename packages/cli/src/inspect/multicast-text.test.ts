import { expect, it } from 'vitest';
import { multicastText } from './multicast-text.js';

it.each([
  [
    'a guest that could not be asked',
    { vlans: [], queries: 0, problem: 'tap0 is down' },
    '0 queries to the guest, untagged; tap0 is down',
  ],
  ['nobody who counts', { vlans: [10], queries: 1 }, '1 query to the guest, untagged and on VLAN 10'],
  [
    'a guest without groups',
    { vlans: [], queries: 10, reports: [{ igmp: 0, mld: 0 }] },
    '10 queries to the guest, untagged; it told of no group',
  ],
  [
    'groups everywhere',
    {
      vlans: [20, 10, 11],
      queries: 40,
      reports: [
        { igmp: 1, mld: 2 },
        { vlan: 11, igmp: 3, mld: 0 },
        { vlan: 20, igmp: 0, mld: 0 },
      ],
    },
    '40 queries to the guest, untagged and on VLANs 10-11, 20; it told of its groups untagged and on VLAN 11: 4 IGMP, 2 MLD',
  ],
  [
    'groups on a VLAN alone',
    { vlans: [10], queries: 20, reports: [{ vlan: 10, igmp: 0, mld: 5 }] },
    '20 queries to the guest, untagged and on VLAN 10; it told of its groups on VLAN 10: 0 IGMP, 5 MLD',
  ],
])('the multicast refresh of %s', (_, refresh, text) => {
  expect(multicastText(refresh)).toBe(text);
});
