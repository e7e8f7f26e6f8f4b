import {
  type AnnouncementKind,
  type Candidate,
  DEFAULT_GUEST_POLICY,
  type EgressFilter,
  type GuestPolicy,
} from '@nic-herald/core';
import { Ipv4Address, Ipv6Address } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { station } from '../../test/sample-nic.js';
import { HOST_KINDS } from '../kinds/host-kinds.js';
import { KindsInUse } from './kinds-in-use.js';

const kinds = new Map<string, AnnouncementKind>(HOST_KINDS.map((kind) => [kind.name, kind]));
const using = (policy: Partial<GuestPolicy>): KindsInUse =>
  new KindsInUse({ ...DEFAULT_GUEST_POLICY, ...policy }, kinds);
const candidate: Candidate = {
  station: station(1, 10),
  evidence: 'learned',
  addresses: [
    { address: Ipv4Address.of('10.0.0.1'), proof: 'asserted', ageMs: 1 },
    { address: Ipv6Address.of('2001:db8::1'), proof: 'answered', ageMs: 2, router: true },
    { address: Ipv4Address.of('10.0.0.2'), proof: 'asserted', ageMs: 3 },
  ],
};
const sent = (policy: Partial<GuestPolicy>, of: Candidate = candidate) =>
  using(policy)
    .announcementsFor(of)
    .map(({ kind, address }) => [kind, ...(address === undefined ? [] : [address])].join(' '));

describe('KindsInUse', () => {
  it.each<[string, string[], RegExp]>([
    [
      'a kind that nobody provides',
      ['magic'],
      /wants announcements of kind magic, .*it has rarp, garp, garp-reply, null-garp, na$/,
    ],
    ['no name at all', [undefined as never], /kind undefined/],
    ['what cannot be a name', [{ toString: 'rarp' } as never], /kind object/],
  ])('tells of %s, once', (_, names, message) => {
    const inUse = using({ kindsFor: () => [...names, 'rarp'] });
    expect(inUse.announcementsFor(candidate)).toHaveLength(1);
    inUse.announcementsFor(candidate);
    expect(inUse.faults).toEqual([
      expect.objectContaining({
        code: 'HERALD_KIND_UNKNOWN',
        message: expect.stringMatching(message) as unknown,
      }),
    ]);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'fails',
      () => {
        throw new Error('out of order');
      },
      /out of order; the default is sent$/,
    ],
    ['gives one name', () => 'rarp', /a list of names was expected, it gave: string/],
    ['gives no list', () => ({ kinds: ['rarp'] }), /a list of names was expected, it gave: object/],
    ['has not made up its mind', async () => ['rarp'], /a list of names was expected, it gave: object/],
  ])('sends the default where the policy %s, and tells of it', (_, kindsFor, message) => {
    const inUse = using({ kindsFor: kindsFor as () => readonly string[] });
    expect(inUse.of(candidate.station)).toEqual(['rarp', 'garp', 'na']);
    expect(inUse.faults).toMatchObject([{ code: 'HERALD_POLICY_FAULT' }]);
    expect(inUse.faults[0]?.message).toMatch(message);
  });

  it.each<[string, string[] | undefined, string[]]>([
    ['by default', undefined, ['rarp', 'garp 10.0.0.1', 'garp 10.0.0.2', 'na 2001:db8::1']],
    ['nothing where nothing is chosen', [], []],
    ['each kind once, in its order', ['na', 'rarp', 'na'], ['na 2001:db8::1', 'rarp']],
    [
      'one frame for an address, in each form',
      ['garp-reply'],
      ['garp-reply 10.0.0.1', 'garp-reply 10.0.0.2'],
    ],
    ['one frame for a station, whatever its addresses', ['null-garp'], ['null-garp']],
  ])('sends %s', (_, names, frames) => {
    expect(sent(names === undefined ? {} : { kindsFor: () => names })).toEqual(frames);
  });

  it('asks the policy for each station', () => {
    const policy = { kindsFor: ({ vlan }: Candidate['station']) => (vlan === undefined ? ['rarp'] : ['na']) };
    expect(sent(policy)).toEqual(['na 2001:db8::1']);
    expect(sent(policy, { ...candidate, station: station(1) })).toEqual(['rarp']);
  });

  it('passes on what the guest said of itself', () => {
    const na = using({ kindsFor: () => ['na'] }).announcementsFor(candidate);
    expect(na).toEqual([
      {
        kind: 'na',
        station: station(1, 10),
        evidence: 'learned',
        address: '2001:db8::1',
        proof: 'answered',
        router: true,
      },
    ]);
  });
});

describe('a filter that the host has put on the NIC', () => {
  it.each<[string, Partial<EgressFilter>, string[], readonly string[]]>([
    ['lets no kind pass', { kinds: [] }, ['rarp', 'garp'], []],
    ['lets some kinds pass', { kinds: ['garp'] }, ['rarp', 'garp', 'na'], ['garp 10.0.0.1', 'garp 10.0.0.2']],
    ['lets all kinds pass', {}, ['rarp'], ['rarp']],
    [
      'has another kind sent besides',
      { kinds: ['rarp'], besides: ['null-garp'] },
      ['rarp'],
      ['rarp', 'null-garp'],
    ],
    ['has a kind sent besides that is sent anyway', { besides: ['rarp'] }, ['rarp'], ['rarp']],
    ['has a kind sent besides that this host lacks', { besides: ['magic'] }, ['rarp'], ['rarp']],
  ])('%s', (_, over, policy, expected) => {
    const egress = { name: 'f', primaryMacOnly: false, untaggedOnly: false, ...over };
    const inUse = new KindsInUse({ ...DEFAULT_GUEST_POLICY, kindsFor: () => policy }, kinds, egress);
    const frames = inUse.announcementsFor(candidate);
    expect(frames.map(({ kind, address }) => [kind, address].filter(Boolean).join(' '))).toEqual(expected);
    expect(inUse.faults).toEqual([]);
  });
});
