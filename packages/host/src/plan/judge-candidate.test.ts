import type { Candidate, GuestPolicy } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { mac, NIC, rulesOf, station } from '../../test/sample-nic.js';
import { judgeCandidate } from './judge-candidate.js';

const OTHERS = new Set([mac(9)]);
const judged = (candidate: Candidate, policy: Partial<GuestPolicy> = {}) =>
  judgeCandidate(candidate, rulesOf(policy, { ownedByOthers: OTHERS }));
const group = (text: string): Candidate => ({ station: { mac: MacAddress.of(text) }, evidence: 'filter' });
const deny = () => 'the policy denies it';

describe('judgeCandidate', () => {
  it.each([
    ['broadcast', group('ff:ff:ff:ff:ff:ff'), {}, 'not-a-station-address'],
    ['multicast', group('33:33:00:00:00:01'), {}, 'not-a-station-address'],
    ['zero', group('00:00:00:00:00:00'), {}, 'not-a-station-address'],
    [
      'VLAN 0',
      { station: { mac: mac(0), vlan: 0 }, evidence: 'filter' } as unknown as Candidate,
      {},
      'not-a-station-address',
    ],
    [
      'VLAN 4095',
      { station: { mac: mac(1), vlan: 4095 }, evidence: 'filter' } as unknown as Candidate,
      {},
      'not-a-station-address',
    ],
    [
      'filter, primary trusted',
      { station: station(1), evidence: 'filter' },
      { trust: 'primary' },
      'not-trusted',
    ],
    [
      'pair of the primary, primary trusted',
      { station: station(0, 10), evidence: 'paired' },
      { trust: 'primary' },
      'not-trusted',
    ],
    [
      'changed MAC, primary trusted',
      { station: station(1), evidence: 'primary' },
      { trust: 'primary' },
      'not-trusted',
    ],
    [
      'learned, filter trusted',
      { station: station(1), evidence: 'learned' },
      { trust: 'filter' },
      'not-trusted',
    ],
    ["a neighbour's MAC", { station: station(9), evidence: 'filter' }, {}, 'owned-by-other-guest'],
    [
      "a neighbour's MAC on a VLAN",
      { station: station(9, 10), evidence: 'learned' },
      {},
      'owned-by-other-guest',
    ],
    [
      "a neighbour's MAC as its own",
      { station: station(9), evidence: 'primary' },
      {},
      'owned-by-other-guest',
    ],
    ['denied', { station: station(1), evidence: 'filter' }, { deny }, 'denied'],
    ['denied on a VLAN', { station: station(0, 10), evidence: 'paired' }, { deny }, 'denied'],
  ] satisfies [string, Candidate, Partial<GuestPolicy>, string][])(
    'refuses: %s',
    (_, candidate, policy, reason) => {
      expect(judged(candidate, policy)).toMatchObject({ reason });
    },
  );

  it.each([
    [
      'the primary, whatever the policy',
      { station: station(0), evidence: 'primary' },
      { trust: 'primary', deny },
    ],
    ['a learned station', { station: station(1, 10), evidence: 'learned' }, {}],
    ['a filter MAC, filter trusted', { station: station(1), evidence: 'filter' }, { trust: 'filter' }],
    ['what the policy does not deny', { station: station(1), evidence: 'filter' }, { deny: () => undefined }],
  ] satisfies [string, Candidate, Partial<GuestPolicy>][])('admits %s', (_, candidate, policy) => {
    expect(judged(candidate, policy)).toBeUndefined();
  });

  it('admits the primary even where a neighbour has the same', () => {
    const rules = rulesOf({}, { ownedByOthers: new Set([NIC.primaryMac]) });
    expect(judgeCandidate({ station: station(0), evidence: 'primary' }, rules)).toBeUndefined();
    expect(judgeCandidate({ station: station(0, 10), evidence: 'paired' }, rules)).toBeUndefined();
  });

  it('says in whose words it was denied, and denies where the policy fails', () => {
    const candidate: Candidate = { station: station(1), evidence: 'filter' };
    expect(judged(candidate, { deny })).toEqual({ reason: 'denied', detail: 'the policy denies it' });
    const broken = () => {
      throw new Error('no such VLAN');
    };
    expect(judged(candidate, { deny: broken })).toEqual({
      reason: 'denied',
      detail: 'the policy failed: no such VLAN',
    });
  });
});
