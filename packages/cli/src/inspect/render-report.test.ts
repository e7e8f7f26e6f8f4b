import type { Announcement, MigrationReport } from '@nic-herald/core';
import type { MulticastRefreshReport } from '@nic-herald/core/internal';
import { reportSummary } from '@nic-herald/reports';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { renderReport } from './render-report.js';

const station = { mac: MacAddress.of('52:54:00:00:00:01') };
const tagged = { mac: MacAddress.of('52:54:00:00:00:02'), vlan: VlanId.of(10) };
const ipv4 = IpAddress.of('10.9.1.2');
const announced: readonly Announcement[] = [
  { kind: 'rarp', station, evidence: 'primary' },
  { kind: 'rarp', station: tagged, evidence: 'learned' },
  { kind: 'garp', station: tagged, evidence: 'learned', address: ipv4, proof: 'asserted' },
  { kind: 'garp-reply', station: tagged, evidence: 'learned', address: ipv4, proof: 'asserted' },
];
const nic: MigrationReport['nics'][number] = {
  nic: 'nic0',
  model: 'e1000',
  port: 'tap0',
  sink: 'linux-tap',
  source: 'hand-off',
  announced,
  added: [],
  withdrawn: [],
  refused: [
    { ...tagged, address: IpAddress.of('fe80::2'), evidence: 'learned', reason: 'address-limit' },
    {
      ...tagged,
      address: IpAddress.of('10.0.0.1'),
      evidence: 'learned',
      reason: 'denied',
      detail: 'the address is denied',
    },
  ],
  incomplete: [],
};
const { sink: _, ...sinkless } = nic;
const asked = (over: Partial<MulticastRefreshReport>): Pick<MigrationReport, 'sections'> => ({
  sections: { multicast: { nics: { nic0: { vlans: [], queries: 2, ...over } } } },
});
const report: MigrationReport = {
  format: 1,
  revision: 1,
  guest: { name: 'web' },
  host: 'B',
  epoch: 4,
  cause: 'manual',
  outcome: 'announced',
  snapshots: [],
  rounds: [
    { round: 1, startedAt: 1, finishedAt: 4, frames: 4, accepted: 4, delayed: 3, delayedMs: 2.5004 },
    { round: 2, startedAt: 50, finishedAt: 51, frames: 4, accepted: 3, delayed: 1, delayedMs: 0.2 },
    { round: 3, startedAt: 150, finishedAt: 151, frames: 4, accepted: 4 },
  ],
  nics: [nic],
  warnings: [],
  ...asked({ vlans: [10], queries: 8, reports: [{ igmp: 2, mld: 1 }] }),
};

describe('a report', () => {
  it('reads well', () => {
    expect(renderReport(report, { color: false })).toBe(`\
web was announced
  sent        2 stations with 1 IP address, 3 rounds, 11 of 12 frames taken
  delayed     4 frames, at most 2.5 ms, as this host may send no faster (announce.pacing)
  NIC nic0    model e1000, 2 rarp, 1 garp, 1 garp-reply a round through tap0 by linux-tap
  multicast   8 queries to the guest, untagged and on VLAN 10; it told of its groups untagged: 2
              IGMP, 1 MLD
  refused     1 address-limit, more addresses than the policy lets a station have (maxAddresses):
              fe80::2 at 52:54:00:00:00:02/10
              1 denied, the policy does not allow it: the address is denied: 10.0.0.1 at
              52:54:00:00:00:02/10
`);
  });

  it('without addresses, delays and multicast says nothing of them', () => {
    const rounds = report.rounds.slice(2);
    const plain = { ...nic, announced: announced.slice(0, 2), refused: [] };
    const { sections: __, ...bare } = { ...report, rounds, nics: [plain] };
    expect(renderReport(bare, { color: false })).toBe(`\
web was announced
  sent        2 stations, 1 round, 4 of 4 frames taken
  NIC nic0    model e1000, 2 rarp a round through tap0 by linux-tap
`);
  });
});

describe('what the kernel did', () => {
  const kernel = { sent: 3, firedAt: 1.1, lastAt: 1.2 };
  const code = 'HERALD_TRIGGER_REFUSED';
  it.each<[string, Partial<typeof nic>, string | undefined]>([
    ['is not spoken of where nothing was armed', { firedBy: 'agent' }, undefined],
    [
      'is told where it sent all',
      { firedBy: 'kernel', kernel },
      '3 frames left when the hypervisor announced the guest',
    ],
    [
      'is told where it did not',
      { firedBy: 'kernel', kernel: { ...kernel, sent: 1, shortfall: 'its backlog was full' } },
      '1 frame left when the hypervisor announced the guest; the agent sent the others, as its backlog was full',
    ],
    [
      'is told where it went nowhere',
      { firedBy: 'agent', kernel: { ...kernel, isLost: true } },
      '3 frames left when the hypervisor announced the guest; its port let nothing further, so they were sent again',
    ],
    [
      'is told where it was too early',
      { firedBy: 'agent', kernel },
      '3 frames left when the hypervisor announced the guest; all were sent again by the agent',
    ],
    [
      'is nothing, and why',
      { firedBy: 'agent', unarmed: { code, message: 'another process has its ingress' } },
      'sent nothing by itself: another process has its ingress',
    ],
  ])('%s', (_case, over, text) => {
    const lines = renderReport({ ...report, nics: [{ ...nic, ...over }] }, { color: false }).split('\n');
    const from = lines.findIndex((line) => line.startsWith('  kernel'));
    const [first = '', second = ''] = from === -1 ? [] : lines.slice(from, from + 2);
    const told = /^ {14}/.test(second) ? `${first} ${second.trim()}` : first;
    expect(told.slice(14)).toBe(text ?? '');
  });
});

describe('the sum of a report', () => {
  it.each([
    ['counts nothing that could not be sent', { nics: [sinkless] }, { stations: 0, addresses: 0, kinds: {} }],
    [
      'counts stations and addresses once, frames by kind',
      {},
      { stations: 2, addresses: 1, kinds: { rarp: 2, garp: 1, 'garp-reply': 1 } },
    ],
    [
      'counts a station of two NICs twice',
      { nics: [nic, { ...nic, nic: 'nic1' }] },
      { stations: 4, addresses: 2, kinds: { rarp: 4, garp: 2, 'garp-reply': 2 } },
    ],
    ['has all delays and the longest', {}, { delayed: 4, delayedMs: 2.5 }],
    ['says nothing of who fired where no report says so', {}, { firedBy: undefined, byKernel: undefined }],
    [
      'says who fired, and what the kernel sent',
      {
        nics: [{ ...nic, firedBy: 'kernel' as const }],
        rounds: report.rounds.map((round) => (round.round === 1 ? { ...round, byKernel: 4 } : round)),
      },
      { firedBy: 'kernel', byKernel: 4, accepted: 11 },
    ],
    [
      'says where NICs differ',
      { nics: [nic, { ...nic, firedBy: 'agent' as const }, { ...nic, firedBy: 'kernel' as const }] },
      { firedBy: 'both' },
    ],
    ['has queries and what came back', {}, { multicastQueries: 8, multicastReports: 3 }],
    [
      'does not say that nothing came back where nobody counted',
      asked({}),
      { multicastQueries: 2, multicastReports: undefined },
    ],
    [
      'says nothing of queries where the section is not what it should be',
      { sections: { multicast: { nics: { nic0: { queries: 'many' } } } } },
      { multicastQueries: undefined },
    ],
  ])('%s', (_case, change, expected) => {
    const none = {
      ...{ multicastQueries: undefined, multicastReports: undefined },
      ...{ firedBy: undefined, byKernel: undefined },
    };
    const summary = { ...none, ...reportSummary({ ...report, ...change }) };
    expect(summary).toMatchObject(expected);
  });
});
