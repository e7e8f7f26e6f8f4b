import { ANNOUNCE_HANDLER, type Candidate, NIC_MODEL, stationOf } from '@nic-herald/core';
import { Scope } from '@nic-herald/core/internal';
import { expect, it } from 'vitest';
import { nicOfType } from '../test/played-igb.js';
import { igb } from './igb-plugin.js';

const installed = (): Scope => {
  const scope = new Scope();
  igb().install({
    provide: (of, provider) => void scope.register(of, provider),
    contribute: (of, provider) => void scope.register(of, provider),
  });
  return scope;
};

it.each([
  ['igb', 'igb'],
  ['igbvf', undefined],
  ['e1000e', undefined],
  ['virtio-net-pci', undefined],
])('%s is matched by %s, found through the registrar', (type, name) => {
  const scope = installed();
  const matching = scope.all(NIC_MODEL).filter((each) => each.matches(nicOfType(type)));
  expect(matching.map((each) => each.name)).toEqual(name === undefined ? [] : [name]);
  expect(scope.all(ANNOUNCE_HANDLER).map((each) => each.model)).toEqual(['igb']);
});

it('announces each candidate as the policy says', () => {
  const [handler] = installed().all(ANNOUNCE_HANDLER);
  const nic = nicOfType('igb');
  const station = stationOf(nic.primaryMac);
  const filter = { unicast: [], multicast: [], vlans: [], incomplete: [] };
  const candidates = [{ station, evidence: 'primary' as const }];
  const announcementsFor = (each: Candidate) => [
    { kind: 'one', ...each },
    { kind: 'other', ...each },
  ];
  expect([...(handler?.announcements({ nic, filter, candidates, announcementsFor }) ?? [])]).toEqual([
    { kind: 'one', station, evidence: 'primary' },
    { kind: 'other', station, evidence: 'primary' },
  ]);
});
