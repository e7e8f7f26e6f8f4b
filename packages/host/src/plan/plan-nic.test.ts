import type { AnnounceHandler, Announcement, Candidate, GuestPolicy } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { evidenceOf, filterOf, learned, mac, NIC, rulesOf, station, words } from '../../test/sample-nic.js';
import type { NicEvidence } from './nic-evidence.js';
import { planNic } from './plan-nic.js';
import type { PlanRules } from './plan-rules.js';

const planned = (
  over: Partial<NicEvidence>,
  policy: Partial<GuestPolicy> = {},
  rules: Partial<PlanRules> = {},
) => {
  const { plan, faults } = planNic(evidenceOf(over), rulesOf(policy, rules));
  return {
    sent: plan.announcements.map(words),
    refused: plan.refusals.map(
      ({ mac: address, vlan, evidence, reason }) =>
        `${words({ station: { mac: address, ...(vlan === undefined ? {} : { vlan: vlan as VlanId }) }, evidence })} ${reason}`,
    ),
    fault: faults[0],
    plan,
  };
};
const BROADCAST = MacAddress.of('ff:ff:ff:ff:ff:ff');
const full = {
  filter: filterOf({ unicast: [mac(3)], vlans: [VlanId.of(10)] }),
  learned: [
    { station: station(1), ageMs: 2000 },
    { station: station(2, 20), ageMs: 1000 },
  ],
};

describe('planNic', () => {
  it('orders: primary, learned by last seen, filter, paired', () => {
    const { sent, refused } = planned(full);
    expect(sent).toEqual([
      '0 primary',
      '2/20 learned',
      '1 learned',
      '3 filter',
      '0/10 paired',
      '3/10 paired',
    ]);
    expect(refused).toEqual([]);
  });

  it.each<[string, Partial<NicEvidence>, Partial<GuestPolicy>, Partial<PlanRules>, string[], string[]]>([
    [
      'not-a-station-address',
      { filter: filterOf({ unicast: [BROADCAST] }) },
      {},
      {},
      ['0 primary'],
      ['65535 filter not-a-station-address'],
    ],
    [
      'not-in-use: a changed MAC',
      { filter: filterOf({ currentMac: mac(7), vlans: [VlanId.of(10)] }) },
      {},
      {},
      ['7 primary', '7/10 paired'],
      ['0 primary not-in-use'],
    ],
    [
      'not-trusted: primary only',
      full,
      { trust: 'primary' },
      {},
      ['0 primary'],
      [
        '3 filter not-trusted',
        '0/10 paired not-trusted',
        '3/10 paired not-trusted',
        '2/20 learned not-trusted',
        '1 learned not-trusted',
      ],
    ],
    [
      'not-trusted: a changed MAC where only the primary is',
      { filter: filterOf({ currentMac: mac(7) }) },
      { trust: 'primary' },
      {},
      ['0 primary'],
      ['7 primary not-trusted'],
    ],
    [
      'not-trusted: learned',
      {
        ...full,
        learned: [
          { station: station(3), ageMs: 0 },
          { station: station(4), ageMs: 0 },
        ],
      },
      { trust: 'filter' },
      {},
      ['0 primary', '3 filter', '0/10 paired', '3/10 paired'],
      ['4 learned not-trusted'],
    ],
    [
      'denied',
      full,
      { deny: ({ station: { vlan } }: Candidate) => (vlan === undefined ? undefined : 'no VLANs') },
      {},
      ['0 primary', '1 learned', '3 filter'],
      ['2/20 learned denied', '0/10 paired denied', '3/10 paired denied'],
    ],
    [
      "owned-by-other-guest: a neighbour's MAC in the filter",
      { filter: filterOf({ unicast: [mac(9)] }) },
      {},
      { ownedByOthers: new Set([mac(9)]) },
      ['0 primary'],
      ['9 filter owned-by-other-guest'],
    ],
    [
      "owned-by-other-guest: a neighbour's MAC as its own, and its configured one as a secondary",
      { filter: filterOf({ currentMac: mac(9), unicast: [mac(0), mac(9)], vlans: [VlanId.of(10)] }) },
      {},
      { ownedByOthers: new Set([mac(9)]) },
      ['0 primary', '0/10 paired'],
      ['9 primary owned-by-other-guest'],
    ],
    [
      'model-limit',
      { limits: { unicast: 1, multicast: 0, vlans: 0 }, filter: filterOf({ unicast: [mac(1), mac(2)] }) },
      {},
      {},
      ['0 primary', '1 filter'],
      ['2 filter model-limit'],
    ],
    [
      'pairing-limit',
      full,
      { pairingLimit: 1 },
      {},
      ['0 primary', '2/20 learned', '1 learned', '3 filter', '0/10 paired'],
      ['3 paired pairing-limit'],
    ],
    [
      'station-limit: primary, filter, learned, paired are kept and sent in this order',
      full,
      { maxStations: 3 },
      {},
      ['0 primary', '3 filter', '2/20 learned'],
      ['1 learned station-limit', '0/10 paired station-limit', '3/10 paired station-limit'],
    ],
    [
      'station-limit: what the card lists and was seen long ago stays before what was seen just now',
      {
        filter: filterOf({ unicast: [mac(3)] }),
        learned: [
          { station: station(1), ageMs: 1 },
          { station: station(2), ageMs: 2 },
          { station: station(3, 20), ageMs: 90_000 },
        ],
      },
      { maxStations: 3 },
      {},
      ['0 primary', '3/20 learned', '1 learned'],
      ['2 learned station-limit'],
    ],
    [
      'station-limit: a listed MAC that is seen on ever new VLANs has one place before the others',
      {
        filter: filterOf({ unicast: [mac(3), mac(4)] }),
        learned: [learned(3, 10, 1), learned(3, 11, 2), learned(3, 12, 3), learned(7, 10, 4)],
      },
      { maxStations: 4 },
      {},
      ['0 primary', '3/10 learned', '4 filter', '3/11 learned'],
      ['3/12 learned station-limit', '7/10 learned station-limit'],
    ],
    [
      'station-limit of nothing: the primary stays',
      full,
      { maxStations: 0, pairingLimit: 0, trust: 'learned' },
      {},
      ['0 primary'],
      [
        '3 paired pairing-limit',
        '2/20 learned station-limit',
        '1 learned station-limit',
        '3 filter station-limit',
        '0/10 paired station-limit',
      ],
    ],
  ])('refuses %s', (_, over, policy, rules, sent, refused) => {
    const plan = planned(over, policy, rules);
    expect(plan.sent).toEqual(sent);
    expect(plan.refused).toEqual(refused);
    expect(plan.fault).toBeUndefined();
  });

  it('announces no primary that is no address of a station', () => {
    const nic = { ...NIC, primaryMac: BROADCAST };
    const plan = planned({ nic, filter: filterOf({ unicast: [mac(1)] }) }, {}, { nic });
    expect(plan.sent).toEqual(['1 filter']);
    expect(plan.refused).toEqual(['65535 primary not-a-station-address']);
  });

  it('tells what is incomplete, by the card and by the plan', () => {
    const incomplete = [{ reason: 'promiscuous', meaning: 'it takes all' }];
    const vlans = Array.from({ length: 513 }, (_, index) => VlanId.of(index + 1));
    const { plan } = planned({ filter: filterOf({ incomplete, vlans }) });
    expect(plan.incomplete.map(({ reason }) => reason)).toEqual(['promiscuous', 'vlan-list-too-long']);
  });
});

describe('an announce handler', () => {
  const twoKinds = { kindsFor: () => ['rarp', 'null-garp'] };
  const frame = (number: number, over: object = {}): Announcement => ({
    kind: 'rarp',
    station: station(number),
    evidence: 'filter',
    ...over,
  });
  const handled = (announcements: AnnounceHandler['announcements'], policy: Partial<GuestPolicy> = {}) =>
    planned({ filter: filterOf({ unicast: [mac(1), mac(2)] }), state: { private: true } }, policy, {
      handler: { model: 'virtio-net', announcements },
      ownedByOthers: new Set([mac(9)]),
    });
  const DEFAULT = ['0 primary', '1 filter', '2 filter'];

  it.each<[string, AnnounceHandler['announcements'], RegExp]>([
    [
      'throws',
      () => {
        throw new Error('out of order');
      },
      /the announce handler of virtio-net failed for nic0: out of order; every candidate is announced as the policy says instead/,
    ],
    [
      'throws on the way',
      function* () {
        yield frame(1);
        throw new Error('half-way');
      },
      /half-way/,
    ],
    ['gives nothing to go through', () => undefined as never, /virtio-net failed for nic0/],
    [
      'yields for ever',
      function* () {
        for (;;) yield frame(1);
      },
      /more than 27 announcements for 3 candidates/,
    ],
    ['yields nothing at all', () => [undefined as never], /what is no announcement/],
    [
      'yields no station',
      () => [{ kind: 'rarp', evidence: 'filter' } as Announcement],
      /what is no announcement/,
    ],
    ['yields no MAC', () => [frame(1, { station: { mac: 'nobody' } })], /what is no announcement/],
    ['yields no evidence', () => [frame(1, { evidence: 'hearsay' })], /what is no announcement/],
  ])('that %s costs no more than its own words', (_, announcements, message) => {
    const { sent, refused, fault } = handled(announcements);
    expect(fault).toMatchObject({
      code: 'HERALD_HANDLER_FAULT',
      message: expect.stringMatching(message) as unknown,
    });
    expect(sent).toEqual(DEFAULT);
    expect(refused).toEqual([]);
  });

  it.each<[string, Announcement[], Partial<GuestPolicy>, string[], string[]]>([
    ['unknown kinds', [frame(1, { kind: 'magic' })], {}, ['0 primary'], ['1 filter bad-announcement']],
    [
      "a neighbour's MAC",
      [frame(9, { evidence: 'primary' })],
      {},
      ['0 primary'],
      ['9 primary owned-by-other-guest'],
    ],
    [
      "a neighbour's MAC in two kinds: refused once",
      [frame(9), frame(9, { kind: 'null-garp' })],
      {},
      ['0 primary'],
      ['9 filter owned-by-other-guest'],
    ],
    [
      'group MACs',
      [frame(1, { station: { mac: BROADCAST } })],
      {},
      ['0 primary'],
      ['65535 filter not-a-station-address'],
    ],
    [
      'VLANs that are none',
      [frame(1, { station: { mac: mac(1), vlan: 4095 } })],
      {},
      ['0 primary'],
      ['1/4095 filter not-a-station-address'],
    ],
    [
      'what policy denies',
      [frame(5)],
      { deny: () => 'no' },
      ['0 primary'],
      ['1 filter denied', '2 filter denied', '5 filter denied'],
    ],
    [
      'what policy denied before',
      [frame(1)],
      { deny: () => 'no' },
      ['0 primary'],
      ['1 filter denied', '2 filter denied'],
    ],
    [
      'more than there is room for',
      [frame(5)],
      { maxStations: 3 },
      ['0 primary'],
      ['5 filter station-limit'],
    ],
    [
      'addresses that it made up for a station beyond the candidates',
      [
        frame(5, {
          kind: 'garp',
          address: '192.0.2.1',
          addresses: [{ address: '192.0.2.1', proof: 'asserted', ageMs: 0 }],
        }),
      ],
      {},
      ['0 primary'],
      ['5 filter bad-announcement'],
    ],
    [
      'what was over the limit before',
      [frame(2)],
      { maxStations: 2 },
      ['0 primary'],
      ['2 filter station-limit'],
    ],
  ])('cannot have sent: %s', (_, given, policy, sent, refused) => {
    const plan = handled(() => given, policy);
    expect(plan.sent).toEqual(sent);
    expect(plan.refused).toEqual(refused);
    expect(plan.fault).toBeUndefined();
  });

  it.each<[string, Announcement[], string[]]>([
    ['leave out all but the primary', [], ['rarp 0 primary', 'null-garp 0 primary']],
    [
      'choose an order, the primary first',
      [frame(2), frame(1), frame(0, { evidence: 'primary' })],
      ['rarp 0 primary', 'rarp 2 filter', 'rarp 1 filter'],
    ],
    [
      'choose kinds, each once',
      [
        frame(1),
        frame(1, { kind: 'null-garp' }),
        frame(1),
        frame(0, { evidence: 'primary', kind: 'null-garp' }),
      ],
      ['null-garp 0 primary', 'rarp 1 filter', 'null-garp 1 filter'],
    ],
    ['add a station', [frame(5)], ['rarp 0 primary', 'rarp 5 filter', 'null-garp 0 primary']],
  ])('may %s', (_, given, sent) => {
    const { plan, refused, fault } = handled(() => given, twoKinds);
    expect(plan.announcements.map((each) => `${each.kind} ${words(each)}`)).toEqual(sent);
    expect(refused).toEqual([]);
    expect(fault).toBeUndefined();
  });

  it('is given the state, the filter, the admitted candidates in order, and what the policy sends for them', () => {
    let given: unknown;
    handled((context) => {
      const { announcementsFor, candidates, ...rest } = context;
      given = {
        ...rest,
        candidates: candidates.map(words),
        sent: candidates.flatMap(announcementsFor).map(words),
      };
      return [];
    }, twoKinds);
    expect(given).toEqual({
      nic: NIC,
      state: { private: true },
      filter: filterOf({ unicast: [mac(1), mac(2)] }),
      candidates: DEFAULT,
      sent: DEFAULT.flatMap((each) => [each, each]),
    });
  });
});
