import type { Candidate, GuestPolicy, LearnedAddress, LearnedStation } from '@nic-herald/core';
import { DEFAULT_GUEST_POLICY } from '@nic-herald/core';
import { IpAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { station } from '../../test/sample-nic.js';
import { admitAddresses } from './admit-addresses.js';

const ip = (text: string): IpAddress => IpAddress.parse(text) ?? expect.unreachable(text);
/** `10.0.0.1 asserted 5`: an address, its proof and its age in ms; `router` or `host` at the end. */
const proved = (text: string): LearnedAddress => {
  const [address = '', proof, age, says] = text.split(' ');
  return {
    address: ip(address),
    proof: proof === 'answered' ? 'answered' : 'asserted',
    ageMs: Number(age ?? 0),
    ...(says === undefined ? {} : { router: says === 'router' }),
  };
};
/** Station 1, untagged, unless said otherwise: `1`, `2/10`. */
const at = (name: string, ...addresses: string[]): LearnedStation => {
  const [number, vlan] = name.split('/').map(Number);
  return { station: station(number ?? 0, vlan), ageMs: 0, addresses: addresses.map(proved) };
};
const admitted = (learned: readonly LearnedStation[], policy: Partial<GuestPolicy> = {}) => {
  const candidates = learned.map((each): Candidate => ({ station: each.station, evidence: 'learned' }));
  const result = admitAddresses(candidates, learned, { ...DEFAULT_GUEST_POLICY, ...policy });
  return {
    kept: result.candidates.map(({ addresses = [] }) => addresses.map(({ address }) => address)),
    refused: result.refusals.map(({ address, reason, count }) =>
      [address ?? 'all', reason, ...(count === undefined ? [] : [count])].join(' '),
    ),
    refusals: result.refusals,
    candidates: result.candidates,
  };
};
const many = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `10.0.1.${index + 1} asserted ${index}`);

describe('admitAddresses', () => {
  it.each<[string, LearnedStation[], Partial<GuestPolicy>, string[][], string[]]>([
    [
      'what was proved too long ago',
      [at('1', '10.0.0.1 asserted 300001', '10.0.0.2 asserted 300000')],
      {},
      [['10.0.0.2']],
      ['10.0.0.1 stale-address'],
    ],
    [
      'what policy denies',
      [at('1', '10.0.0.1', '2001:db8::1')],
      { denyAddress: (address) => (address.includes(':') ? 'no IPv6' : undefined) },
      [['10.0.0.1']],
      ['2001:db8::1 denied'],
    ],
    [
      'all where the policy fails',
      [at('1', '10.0.0.1')],
      {
        denyAddress: () => {
          throw new Error('out of order');
        },
      },
      [[]],
      ['10.0.0.1 denied'],
    ],
    [
      'what several stations answer for and none spoke from',
      [at('1', '10.0.0.1 answered 1'), at('2', '10.0.0.1 answered 2'), at('3', '10.0.0.3 answered 3')],
      {},
      [[], [], ['10.0.0.3']],
      ['10.0.0.1 ambiguous-address', '10.0.0.1 ambiguous-address'],
    ],
    [
      "what was proved on a VLAN that the learner does not tell, and so is nobody else's",
      [{ ...at('1', '10.0.0.1', '10.0.0.2'), vlanUnknown: true }, at('2', '10.0.0.1 answered 1')],
      {},
      [[], ['10.0.0.1']],
      ['10.0.0.1 ambiguous-address', '10.0.0.2 ambiguous-address'],
    ],
    [
      'what another spoke from, though it answered later',
      [at('1', '10.0.0.1 answered 1'), at('2', '10.0.0.1 asserted 2')],
      {},
      [[], ['10.0.0.1']],
      ['10.0.0.1 moved-address'],
    ],
    [
      'what another spoke from later',
      [at('1', '10.0.0.1 asserted 2'), at('2', '10.0.0.1 asserted 1')],
      {},
      [[], ['10.0.0.1']],
      ['10.0.0.1 moved-address'],
    ],
    [
      'what is more than a station may have, the longest unproved',
      [at('1', '10.0.0.1 asserted 3', '10.0.0.2 asserted 1', '10.0.0.3 asserted 2')],
      { maxAddresses: 2 },
      [['10.0.0.2', '10.0.0.3']],
      ['10.0.0.1 address-limit'],
    ],
    [
      'what a node only answers for, before what it spoke from long ago',
      [at('1', '10.0.0.9 asserted 9', '10.0.0.1 answered 1', '10.0.0.2 answered 2')],
      { maxAddresses: 2 },
      [['10.0.0.1', '10.0.0.9']],
      ['10.0.0.2 address-limit'],
    ],
    [
      'all where none is wanted',
      [at('1', '10.0.0.1')],
      { maxAddresses: 0 },
      [[]],
      ['10.0.0.1 address-limit'],
    ],
    [
      'a link-local address of who may be a router',
      [at('1', 'fe80::1', '2001:db8::1')],
      {},
      [['2001:db8::1']],
      ['fe80::1 router-unknown'],
    ],
    ['all where what is learned is not trusted', [at('1', '10.0.0.1')], { trust: 'filter' }, [[]], []],
  ])('leaves out %s', (_, learned, policy, kept, refused) => {
    const result = admitted(learned, policy);
    expect(result.kept).toEqual(kept);
    expect(result.refused).toEqual(refused);
  });

  it.each<[string, LearnedStation[], string[][]]>([
    [
      'the latest proved first',
      [at('1', '10.0.0.1 asserted 9', 'fe80::1 answered 3 host')],
      [['fe80::1', '10.0.0.1']],
    ],
    [
      'one address on two VLANs',
      [at('1/10', '10.0.0.1'), at('2/20', '10.0.0.1')],
      [['10.0.0.1'], ['10.0.0.1']],
    ],
    [
      'what is told twice of one station',
      [at('1', '10.0.0.1 answered 1', '10.0.0.1 answered 2')],
      [['10.0.0.1']],
    ],
    ['what one station alone answers for', [at('1', '10.0.0.1 answered 1')], [['10.0.0.1']]],
    ['a router’s link-local address', [at('1', 'fe80::1 asserted 1 router')], [['fe80::1']]],
  ])('keeps %s', (_, learned, kept) => {
    expect(admitted(learned)).toMatchObject({ kept, refused: [] });
  });

  it('takes what a guest says of itself at one address for all of that station', () => {
    const { candidates } = admitted([at('1', 'fe80::1', '2001:db8::1 asserted 0 router', '2001:db8::2')]);
    expect(candidates[0]?.addresses?.map(({ router }) => router)).toEqual([true, true, true]);
  });

  it('tells of a few addresses and counts the rest', () => {
    const { refused } = admitted([at('1', ...many(20))], { maxAddresses: 8 });
    expect(refused).toHaveLength(9);
    expect(refused.at(-1)).toBe('all address-limit 4');
  });
});
