import {
  type AnnouncementKind,
  type Candidate,
  DEFAULT_GUEST_POLICY,
  type EgressFilter,
  type GuestPolicy,
  type NicDescriptor,
  type Port,
} from '@nic-herald/core';
import { ANNOUNCE_PRESETS } from '@nic-herald/core/internal';
import { IpAddress, Ipv4Address, Ipv6Address } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { NIC, station } from '../../test/sample-nic.js';
import { HOST_KINDS } from '../kinds/host-kinds.js';
import { rarpKind } from '../kinds/rarp-kind.js';
import { KindsInUse } from './kinds-in-use.js';

const kinds = new Map<string, AnnouncementKind>(HOST_KINDS.map((kind) => [kind.name, kind]));
const using = (policy: Partial<GuestPolicy>): KindsInUse =>
  new KindsInUse({ ...DEFAULT_GUEST_POLICY, ...policy }, kinds, NIC);
const candidate: Candidate = {
  station: station(1, 10),
  evidence: 'learned',
  addresses: [
    { address: Ipv4Address.of('10.0.0.1'), proof: 'asserted', ageMs: 1 },
    { address: Ipv6Address.of('2001:db8::1'), proof: 'answered', ageMs: 2, router: true },
    { address: Ipv4Address.of('10.0.0.2'), proof: 'asserted', ageMs: 3 },
  ],
};
const ipv4Only = candidate.addresses?.slice(0, 1) ?? [];
const asked = (address: string, ageMs = 0) => ({ address: IpAddress.of(address), ageMs });
const sent = (policy: Partial<GuestPolicy>, of: Candidate = candidate) =>
  using(policy)
    .announcementsFor(of)
    .map(({ kind, address }) => [kind, ...(address === undefined ? [] : [address])].join(' '));

describe('KindsInUse', () => {
  it.each<[string, string[], RegExp]>([
    [
      'a kind that nobody provides',
      ['magic'],
      /wants announcements of kind magic, .*it has rarp, garp, garp-reply, null-garp, na, arp-ask, rs$/,
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

  it.each<[string, Partial<Candidate>, string[]]>([
    ['nothing of a station that asked for nobody', {}, []],
    ['nothing without an address of its own', { addresses: [], asked: [asked('10.0.0.254')] }, []],
    [
      'for each from each address of its family, the last asked for first',
      { asked: [asked('10.0.0.254'), asked('2001:db8::ff'), asked('10.0.0.7', 5)] },
      ['10.0.0.1 > 10.0.0.254', '10.0.0.2 > 10.0.0.254', '10.0.0.1 > 10.0.0.7', '10.0.0.2 > 10.0.0.7'],
    ],
    ['for none of its own addresses', { asked: [asked('10.0.0.2')] }, []],
    [
      'for four at most',
      { addresses: ipv4Only, asked: [11, 12, 13, 14, 15].map((last) => asked(`10.0.0.${last}`)) },
      [11, 12, 13, 14].map((last) => `10.0.0.1 > 10.0.0.${last}`),
    ],
  ])('asks %s', (_, over, wanted) => {
    const asks = using({ kindsFor: () => ['arp-ask'] }).announcementsFor({ ...candidate, ...over });
    expect(asks.map(({ address, asksFor }) => `${address} > ${asksFor}`)).toEqual(wanted);
    expect(asks.every(({ kind, evidence }) => kind === 'arp-ask' && evidence === 'learned')).toBe(true);
  });

  it.each([
    ['for a host', false, ['rs 2001:db8::1']],
    ['for one that did not say', undefined, ['rs 2001:db8::1']],
    ['not for a router', true, []],
  ])('solicits routers %s', (_, router, wanted) => {
    const [address] = candidate.addresses?.filter(({ address: each }) => each.includes(':')) ?? [];
    if (address === undefined) throw new Error('the candidate has no IPv6 address');
    const { router: __, ...plain } = address;
    const addresses = [router === undefined ? plain : { ...plain, router }];
    expect(sent({ kindsFor: () => ['rs'] }, { ...candidate, addresses })).toEqual(wanted);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('hiccup');
      },
    ],
    ['gives no answer', () => undefined],
  ])('sends nothing of a kind that %s when it is asked what suits it', (_, suits) => {
    const odd = { ...rarpKind, name: 'odd', suits: suits as unknown as () => boolean };
    const inUse = new KindsInUse(
      { ...DEFAULT_GUEST_POLICY, kindsFor: () => ['odd', 'rarp'] },
      new Map([...kinds, ['odd', odd]]),
      NIC,
    );
    expect(inUse.announcementsFor(candidate).map(({ kind }) => kind)).toEqual(['rarp']);
    expect(inUse.faults.map(({ code }) => code)).toEqual(_ === 'throws' ? ['HERALD_KIND_FAULT'] : []);
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
    const inUse = new KindsInUse({ ...DEFAULT_GUEST_POLICY, kindsFor: () => policy }, kinds, {
      ...NIC,
      egress,
    });
    const frames = inUse.announcementsFor(candidate);
    expect(frames.map(({ kind, address }) => [kind, address].filter(Boolean).join(' '))).toEqual(expected);
    expect(inUse.faults).toEqual([]);
  });
});

describe('a port that a RARP opens', () => {
  const port: Port = { kind: 'tap', name: 'tap0', attachment: { opensOn: 'rarp' } };
  const framesFor = (policy: Partial<GuestPolicy>, of: NicDescriptor) => {
    const inUse = new KindsInUse({ ...DEFAULT_GUEST_POLICY, ...policy }, kinds, of);
    const sent = [candidate, { ...candidate, station: station(2) }].map((each) =>
      inUse.announcementsFor(each).map(({ kind }) => kind),
    );
    return { sent, codes: inUse.faults.map(({ code }) => code) };
  };

  it('gets what opens it in place of kinds that do not, which is told once', () => {
    const { sent, codes } = framesFor({ kindsFor: () => ANNOUNCE_PRESETS['ovs-slb'] }, { ...NIC, port });
    expect(sent).toEqual([['rarp'], ['rarp']]);
    expect(codes).toEqual(['HERALD_PORT_STAYS_SHUT']);
  });

  it('gets nothing where nothing is chosen, or a filter of the host drops what opens it', () => {
    expect(framesFor({ kindsFor: () => [] }, { ...NIC, port })).toEqual({ sent: [[], []], codes: [] });
    const egress: EgressFilter = { name: 'f', primaryMacOnly: false, untaggedOnly: false, kinds: ['garp'] };
    const { sent } = framesFor({ kindsFor: () => ['garp'] }, { ...NIC, port, egress });
    expect(sent).toEqual([[], []]);
  });

  it('gets all that the policy sends where a RARP leads', () => {
    const { sent, codes } = framesFor({}, { ...NIC, port });
    expect(sent[0]).toEqual(['rarp', 'garp', 'garp', 'na']);
    expect(codes).toEqual([]);
  });
});
