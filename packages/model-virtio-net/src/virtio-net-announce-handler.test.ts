import { type Candidate, stationOf } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { expect, it } from 'vitest';
import { VirtioNetAnnounceHandler } from './virtio-net-announce-handler.js';
import { VirtioNetModel } from './virtio-net-model.js';
import type { VirtioNetState } from './virtio-net-state.js';

const mac = MacAddress.of('52:54:00:00:00:01');
const secondary = MacAddress.of('52:54:00:aa:00:01');
const candidates: readonly Candidate[] = [
  { station: stationOf(mac), evidence: 'primary' },
  { station: stationOf(secondary, VlanId.of(7)), evidence: 'learned', ageMs: 5 },
  { station: stationOf(secondary), evidence: 'filter' },
  { station: stationOf(mac, VlanId.of(10)), evidence: 'paired' },
];
const state = (more: Partial<VirtioNetState>): VirtioNetState => ({
  promiscuous: false,
  unicastMode: 'normal',
  unicastOverflow: false,
  unicast: [secondary],
  multicast: [],
  unfitEntries: 0,
  vlans: [10],
  dropsVlansOnLoad: false,
  ...more,
});
const all = ['primary', 'learned', 'filter', 'paired'];

it.each<[string, VirtioNetState | undefined, string[]]>([
  ['a card that takes no unicast', state({ unicastMode: 'none' }), ['primary', 'learned']],
  ['one that is promiscuous all the same', state({ unicastMode: 'none', promiscuous: true }), all],
  ['a plain card', state({}), all],
  ['a card of which nothing is known', undefined, all],
])('announces for %s', (_, known, evidence) => {
  const announced = [
    ...new VirtioNetAnnounceHandler().announcements({
      nic: { id: 'nic0', type: 'virtio-net-pci', primaryMac: mac },
      ...(known === undefined ? {} : { state: known }),
      filter: new VirtioNetModel().filter(known ?? state({})),
      candidates,
      announcementsFor: ({ station, evidence }) => [{ kind: 'any', station, evidence }],
    }),
  ];
  expect(announced.map((announcement) => announcement.evidence)).toEqual(evidence);
  expect(announced.every(({ kind }) => kind === 'any')).toBe(true);
});
