import { describe, expect, it } from 'vitest';
import { answered, asserted, having } from '../../test/sample-addresses.js';
import { learned, mac, station } from '../../test/sample-nic.js';
import { type JudgedGuest, type JudgedNic, judgeGuest } from './judge-guest.js';
import type { Rival } from './rival.js';

const NOW = 100_000;

const nic = (id: string, over: Partial<JudgedNic> = {}): JudgedNic => ({
  id,
  primaryMac: mac(id === 'nic0' ? 1 : 2),
  network: '/br0',
  learned: [],
  listed: new Set([mac(id === 'nic0' ? 1 : 2)]),
  agesAt: NOW,
  knownUntil: NOW,
  ...over,
});

const rival = (over: Partial<Rival> = {}): Rival => ({
  kind: 'port',
  mac: mac(1),
  where: 'port eth0',
  times: [NOW - 100, NOW - 2000],
  ...over,
});

const judged = (nics: readonly JudgedNic[], rivals: readonly Rival[] = [], over: Partial<JudgedGuest> = {}) =>
  judgeGuest({
    at: NOW,
    nics,
    rivals: {
      ofMac: (_, address) => rivals.filter((each) => each.address === undefined && each.mac === address),
      ofAddress: (_, address) => rivals.filter((each) => each.address === address),
    },
    turnsOf: () => [],
    announcedAt: () => undefined,
    ...over,
  });

describe('judgeGuest', () => {
  it.each<[string, readonly Rival[], string | undefined]>([
    ['is its guest’s whoever else was seen with it', [rival(), rival({ kind: 'host' })], undefined],
    [
      'is at the other NIC where the host it came from saw that',
      [rival({ kind: 'handed', reason: 'on-other-nic', where: 'NIC nic1 of this guest' })],
      'on-other-nic',
    ],
    [
      'is its guest’s though another host said that it moved',
      [rival({ kind: 'handed', reason: 'moved-away' })],
      undefined,
    ],
  ])('the configured MAC %s', (_, rivals, reason) => {
    expect(judged([nic('nic0')], rivals).ofStation('nic0', station(1))?.reason).toBe(reason);
  });

  it('tells VLANs apart, and a table that does not counts for all', () => {
    const guest = nic('nic0', { listed: new Set([mac(1), mac(9)]) });
    const on10 = judged([guest], [rival({ mac: mac(9), vlan: 10 })]);
    expect(
      [station(9, 10), station(9), station(9, 20)].map((each) => on10.ofStation('nic0', each)?.reason),
    ).toEqual(['seen-elsewhere', undefined, undefined]);
    const anywhere = judged([guest], [rival({ mac: mac(9), vlanUnknown: true })]);
    expect([station(9, 10), station(9)].map((each) => anywhere.ofStation('nic0', each)?.reason)).toEqual([
      'seen-elsewhere',
      'seen-elsewhere',
    ]);
  });

  it('leaves a MAC to the NIC that spoke last, on every VLAN that was not heard', () => {
    const bond = [
      nic('nic0', { learned: [learned(1, undefined, 9000)] }),
      nic('nic1', { listed: new Set([mac(2), mac(1)]), learned: [learned(1, undefined, 100)] }),
    ];
    const ownership = judged(bond);
    expect([station(1), station(1, 10)].map((each) => ownership.ofStation('nic0', each)?.reason)).toEqual([
      'on-other-nic',
      'on-other-nic',
    ]);
    expect(ownership.ofStation('nic1', station(1))).toBeUndefined();
    expect(ownership.ofStation('nic9', station(1))).toBeUndefined();
  });

  it.each([
    [
      'asserted here later',
      having(learned(1), asserted(7, 100)),
      having(learned(2), asserted(7, 900)),
      undefined,
    ],
    [
      'asserted there later',
      having(learned(1), asserted(7, 900)),
      having(learned(2), asserted(7, 100)),
      'on-other-nic',
    ],
    [
      'only answered here',
      having(learned(1), answered(7, 100)),
      having(learned(2), asserted(7, 900)),
      'on-other-nic',
    ],
    [
      'only answered at both',
      having(learned(1), answered(7, 100)),
      having(learned(2), answered(7, 900)),
      'ambiguous-address',
    ],
    [
      'asserted here, answered there',
      having(learned(1), asserted(7, 900)),
      having(learned(2), answered(7, 1)),
      undefined,
    ],
  ])('judges an address that two NICs have: %s', (_, here, there, reason) => {
    const [address] = here.addresses ?? [];
    if (address === undefined) throw new Error('no address');
    const ownership = judged([nic('nic0', { learned: [here] }), nic('nic1', { learned: [there] })]);
    expect(ownership.ofAddress('nic0', station(1), address)?.reason).toBe(reason);
  });
});
