import { DEFAULT_GUEST_POLICY, type GuestPolicy } from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import {
  evidenceOf,
  filterOf,
  learned,
  mac,
  NIC,
  seenSomewhere,
  station,
  words,
} from '../../test/sample-nic.js';
import { collectCandidates } from './candidates.js';
import type { NicEvidence } from './nic-evidence.js';

const vlans = (count: number): VlanId[] => Array.from({ length: count }, (_, index) => VlanId.of(index + 10));
const macs = (count: number): MacAddress[] => Array.from({ length: count }, (_, index) => mac(index + 1));

const collect = (over: Partial<NicEvidence>, policy: Partial<GuestPolicy> = {}, own = NIC.primaryMac) => {
  const { candidates, refusals, incomplete } = collectCandidates(
    evidenceOf(over),
    { ...DEFAULT_GUEST_POLICY, ...policy },
    own,
  );
  return { candidates: candidates.map(words), refusals, incomplete };
};

describe('collectCandidates', () => {
  it.each<[string, Partial<NicEvidence>, Partial<GuestPolicy>, string[]]>([
    ['nothing but the card', {}, {}, ['0 primary']],
    ['secondary MACs', { filter: filterOf({ unicast: macs(2) }) }, {}, ['0 primary', '1 filter', '2 filter']],
    ['a MAC twice', { filter: filterOf({ unicast: [mac(1), mac(1)] }) }, {}, ['0 primary', '1 filter']],
    ['the primary as a secondary', { filter: filterOf({ unicast: [mac(0)] }) }, {}, ['0 primary']],
    [
      'VLANs without MACs',
      { filter: filterOf({ vlans: vlans(2) }) },
      {},
      ['0 primary', '0/10 paired', '0/11 paired'],
    ],
    [
      'MACs and VLANs',
      { filter: filterOf({ unicast: macs(1), vlans: vlans(1) }) },
      {},
      ['0 primary', '1 filter', '0/10 paired', '1/10 paired'],
    ],
    [
      'VLAN 0, which means untagged',
      { filter: filterOf({ vlans: [0 as VlanId, VlanId.of(10)] }) },
      {},
      ['0 primary', '0/10 paired'],
    ],
    [
      'unknown VLANs',
      { filter: filterOf({ unicast: macs(1), vlans: 'unknown' }) },
      {},
      ['0 primary', '1 filter'],
    ],
    [
      'learned stations, the latest first',
      {
        learned: [
          { station: station(1), ageMs: 20 },
          { station: station(2, 10), ageMs: 10 },
        ],
      },
      {},
      ['0 primary', '2/10 learned', '1 learned'],
    ],
    [
      'a learned station twice: the younger',
      {
        learned: [
          { station: station(1), ageMs: 20 },
          { station: station(1), ageMs: 10 },
        ],
      },
      {},
      ['0 primary', '1 learned'],
    ],
    [
      'a MAC that was seen: no guesses',
      {
        filter: filterOf({ unicast: macs(2), vlans: vlans(1) }),
        learned: [{ station: station(1, 20), ageMs: 0 }],
      },
      {},
      ['0 primary', '1/20 learned', '2 filter', '0/10 paired', '2/10 paired'],
    ],
    [
      'a MAC seen only on VLAN 22: there, and on no other',
      {
        filter: filterOf({ unicast: macs(1), vlans: [21, 22, 23].map(VlanId.of) }),
        learned: [learned(1, 22)],
      },
      {},
      ['0 primary', '1/22 learned', '0/21 paired', '0/22 paired', '0/23 paired'],
    ],
    [
      'a MAC that only the filter names, beside one that was seen: on each VLAN',
      { filter: filterOf({ unicast: macs(2), vlans: vlans(2) }), learned: [learned(1, 22)] },
      {},
      ['0 primary', '1/22 learned', '2 filter', '0/10 paired', '0/11 paired', '2/10 paired', '2/11 paired'],
    ],
    [
      'a MAC seen by who does not look at VLANs: learned, and a guess on each VLAN',
      {
        filter: filterOf({ unicast: macs(1), vlans: vlans(2) }),
        learned: [seenSomewhere(1), seenSomewhere(7)],
      },
      {},
      [
        '0 primary',
        '1 learned',
        '7 learned',
        '0/10 paired',
        '0/11 paired',
        '1/10 paired',
        '1/11 paired',
        '7/10 paired',
        '7/11 paired',
      ],
    ],
    [
      'a MAC seen by who does not look, and before on VLAN 22: there, and on no other',
      { filter: filterOf({ vlans: vlans(2) }), learned: [seenSomewhere(1, 0), learned(1, 22, 50)] },
      {},
      ['0 primary', '1/22 learned', '0/10 paired', '0/11 paired'],
    ],
    [
      'a MAC seen by who does not look, that the card itself pairs: what the card says',
      { filter: filterOf({ vlans: vlans(2), exact: [station(1, 10)] }), learned: [seenSomewhere(1, 0)] },
      {},
      ['0 primary', '1 learned', '1/10 filter', '0/10 paired', '0/11 paired'],
    ],
    [
      'nothing that was seen too long ago',
      {
        filter: filterOf({ unicast: macs(1), vlans: vlans(1) }),
        learned: [learned(1, 22, 1001), learned(2, 22, 1000)],
      },
      { learnedMaxAgeMs: 1000 },
      ['0 primary', '2/22 learned', '1 filter', '0/10 paired', '1/10 paired'],
    ],
    [
      'what was seen where learning is not trusted: the guesses of the filter stay',
      {
        filter: filterOf({ unicast: macs(1), vlans: vlans(1) }),
        learned: [seenSomewhere(1), learned(1, 22)],
      },
      { trust: 'filter' },
      ['0 primary', '1 filter', '0/10 paired', '1/10 paired', '1/22 learned'],
    ],
    [
      'the primary seen on a VLAN: still every VLAN',
      { filter: filterOf({ vlans: vlans(2) }), learned: [{ station: station(0, 10), ageMs: 0 }] },
      {},
      ['0 primary', '0/10 learned', '0/11 paired'],
    ],
    [
      'pairs that the card knows: no guesses',
      { filter: filterOf({ unicast: macs(1), vlans: vlans(2), exact: [station(1, 10)] }) },
      {},
      ['0 primary', '1/10 filter', '0/10 paired', '0/11 paired'],
    ],
    [
      'a MAC seen and in the filter, where learning is not trusted',
      {
        filter: filterOf({ unicast: macs(1) }),
        learned: [
          { station: station(1), ageMs: 0 },
          { station: station(2), ageMs: 0 },
        ],
      },
      { trust: 'filter' },
      ['0 primary', '1 filter', '2 learned'],
    ],
  ])('of %s', (_, over, policy, expected) => {
    const { candidates, refusals } = collect(over, policy);
    expect(candidates).toEqual(expected);
    expect(refusals).toEqual([]);
  });

  it('keeps the age of the younger sighting', () => {
    const learned = [
      { station: station(1), ageMs: 20 },
      { station: station(1), ageMs: 10 },
    ];
    const { candidates } = collectCandidates(evidenceOf({ learned }), DEFAULT_GUEST_POLICY, NIC.primaryMac);
    expect(candidates[1]).toEqual({ station: station(1), evidence: 'learned', ageMs: 10 });
  });

  it.each([
    [16, 15, 240, 0],
    [16, 16, 256, 0], // exactly the limit
    [16, 17, 17, 15], // one VLAN more: the primary only
    [17, 16, 16, 16], // one MAC more
    [1, 300, 300, 0], // nothing but the primary to guess with
  ])('guesses with %d MACs x %d VLANs: %d pairs', (macCount, vlanCount, pairs, refused) => {
    const limits = { unicast: 64, multicast: 64, vlans: 4094 };
    const { candidates, refusals } = collect({
      limits,
      filter: filterOf({ unicast: macs(macCount - 1), vlans: vlans(vlanCount) }),
    });
    expect(candidates.filter((text) => text.endsWith('paired'))).toHaveLength(pairs);
    expect(refusals).toHaveLength(refused);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        evidence: 'paired',
        reason: 'pairing-limit',
        count: vlanCount,
        detail: `${macCount} MACs x ${vlanCount} VLANs is more than 256`,
      });
    }
  });

  it('counts MACs whose VLAN is not known among its guesses, but for what is no address', () => {
    const group = {
      station: { mac: MacAddress.of('ff:ff:ff:ff:ff:ff') },
      ageMs: 0,
      vlanUnknown: true,
    } as const;
    const learning = { filter: filterOf({ vlans: vlans(4) }), learned: [seenSomewhere(1), group] };
    const detail = '2 MACs x 4 VLANs is more than 7';
    expect(collect(learning, { pairingLimit: 7 }).refusals).toEqual([
      { mac: mac(1), evidence: 'paired', reason: 'pairing-limit', count: 4, detail },
    ]);
    expect(collect(learning, { pairingLimit: 8 }).refusals).toEqual([]);
  });

  it.each([
    [512, 4094, 512, []],
    [513, 4094, 0, ['it lists 513 VLANs, more than 512: which of them the guest uses is not known']],
    [4, 3, 0, ['it lists 4 VLANs, more than 3: which of them the guest uses is not known']],
  ])('pairs %d VLANs of a card for %d: %d', (count, most, pairs, meanings) => {
    const { candidates, incomplete } = collect({
      limits: { unicast: 4, multicast: 0, vlans: most },
      filter: filterOf({ vlans: vlans(count) }),
    });
    expect(candidates).toHaveLength(1 + pairs);
    expect(incomplete.map(({ meaning }) => meaning)).toEqual(meanings);
  });

  it.each([
    ['its own table', { unicast: 2, multicast: 8, vlans: 0 }],
    ['a shared table', { unicast: 8, multicast: 8, shared: 2, vlans: 0 }],
  ])('takes no more MACs than %s can hold', (_, limits) => {
    const { candidates, refusals } = collect({ limits, filter: filterOf({ unicast: macs(4).reverse() }) });
    expect(candidates).toEqual(['0 primary', '1 filter', '2 filter']);
    expect(refusals).toEqual([
      { mac: mac(3), evidence: 'filter', reason: 'model-limit', detail: 'the card holds 2' },
      { mac: mac(4), evidence: 'filter', reason: 'model-limit', detail: 'the card holds 2' },
    ]);
  });

  it('counts the MACs of exact stations too, each once', () => {
    const exact = [station(2, 20), station(1, 10), station(1, 11), station(0, 10), station(3, 10)];
    const { candidates, refusals } = collect({
      limits: { unicast: 2, multicast: 0, vlans: 64 },
      filter: filterOf({ unicast: macs(3), exact }),
    });
    expect(candidates).toEqual(['0 primary', '0/10 filter', '1/10 filter', '1/11 filter', '2/20 filter']);
    expect(refusals).toEqual([
      { mac: mac(3), vlan: 10, evidence: 'filter', reason: 'model-limit', detail: 'the card holds 2' },
    ]);
  });

  it('leaves group and zero addresses to be refused, without guesses and without room on the card', () => {
    const broadcast = MacAddress.of('ff:ff:ff:ff:ff:ff');
    const { candidates } = collect({
      limits: { unicast: 1, multicast: 0, vlans: 64 },
      filter: filterOf({ unicast: [broadcast, mac(1)], vlans: vlans(1) }),
    });
    expect(candidates).toEqual(['0 primary', '1 filter', '65535 filter', '0/10 paired', '1/10 paired']);
  });

  describe('of a card with another MAC than it was configured with', () => {
    it('says that the configured one is not in use', () => {
      const { candidates, refusals } = collect({ filter: filterOf({ currentMac: mac(7) }) }, {}, mac(7));
      expect(candidates).toEqual(['7 primary']);
      expect(refusals).toEqual([
        {
          mac: mac(0),
          evidence: 'primary',
          reason: 'not-in-use',
          detail: `the guest gave the card ${mac(7)}`,
        },
      ]);
    });

    it('does not say so where the configured one is a secondary now, or is too many', () => {
      const unicast = [mac(0)];
      expect(collect({ filter: filterOf({ currentMac: mac(7), unicast }) }, {}, mac(7))).toMatchObject({
        candidates: ['7 primary', '0 filter'],
        refusals: [],
      });
      const limits = { unicast: 0, multicast: 0, vlans: 0 };
      expect(
        collect({ limits, filter: filterOf({ currentMac: mac(7), unicast }) }, {}, mac(7)).refusals,
      ).toEqual([{ mac: mac(0), evidence: 'filter', reason: 'model-limit', detail: 'the card holds 0' }]);
    });

    it('keeps the new one to be refused where it is not let have it', () => {
      const filter = filterOf({ currentMac: mac(9), unicast: [mac(9)], vlans: vlans(1) });
      expect(collect({ filter }).candidates).toEqual(['0 primary', '9 primary', '0/10 paired']);
    });
  });
});
