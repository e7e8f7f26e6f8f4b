import { expect, it } from 'vitest';
import { multicastStatusText, multicastText } from './multicast-text.js';

const status = { wanted: true, ready: true, vlans: [] };

it.each([
  [
    'a policy that does not want it',
    { ...status, wanted: false, ready: false },
    'none: the policy does not want the guest asked for its groups',
  ],
  [
    'no way to the guest',
    { ...status, ready: false, problem: 'tap0 is down' },
    'none could reach the guest: tap0 is down',
  ],
  [
    'a way on some VLANs only',
    { ...status, vlans: [10, 11, 20], problem: 'at most 3 VLANs' },
    'for its groups, untagged and on VLANs 10-11, 20; at most 3 VLANs',
  ],
  ['a guest without VLANs', status, 'for its groups, untagged'],
])('queries with %s', (_, multicast, text) => {
  expect(multicastStatusText(multicast)).toBe(text);
});

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
