import { DEFAULT_GUEST_POLICY, stationOf } from '@nic-herald/core';
import { DEFAULT_ANNOUNCE_PACING, PRESET_TIMINGS } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { configuredPolicy } from './policy-plugin.js';

const uuid = '9b1c5d3e-0000-4000-8000-00000000000a';
const DEFAULTS = { ...DEFAULT_GUEST_POLICY, deny: expect.any(Function) as unknown }; // what it denies is below
const config = {
  maxStations: 100,
  announce: { rounds: 3 },
  guests: {
    'web-1': { trust: 'primary' as const },
    [uuid.toUpperCase()]: { maxStations: 7, announce: { stepMs: 5 }, pairing: { limit: 0 } },
  },
};

describe('the policy of a herald.yaml', () => {
  it.each([
    ['an empty file gives the defaults', {}, { name: 'web-1' }, DEFAULTS],
    [
      'a guest without rules of its own has the general ones',
      config,
      { name: 'db' },
      { maxStations: 100, trust: 'learned' },
    ],
    ['a guest is found by its name', config, { name: 'web-1' }, { maxStations: 100, trust: 'primary' }],
    ['a guest is found by its UUID, however written', config, { uuid }, { maxStations: 7, pairingLimit: 0 }],
    [
      'addresses and multicast are rules like the others',
      { maxAddresses: 2, guests: { db: { announce: { multicastRefresh: false } } } },
      { name: 'db' },
      { maxAddresses: 2, multicastRefresh: false },
    ],
    ['all guests are observed', { mode: 'observe' as const }, { name: 'db' }, { mode: 'observe' }],
    [
      'one guest is observed',
      { guests: { db: { mode: 'observe' as const } } },
      { name: 'db' },
      { mode: 'observe' },
    ],
    [
      'one guest is announced where all others are observed',
      { mode: 'observe' as const, guests: { db: { mode: 'announce' as const } } },
      { name: 'db' },
      { mode: 'announce' },
    ],
    [
      'a guest with other rules of its own is observed as all are',
      { mode: 'observe' as const, guests: { db: { maxStations: 2 } } },
      { name: 'db' },
      { mode: 'observe', maxStations: 2 },
    ],
    ['the UUID goes before the name', config, { uuid, name: 'web-1' }, { maxStations: 7, trust: 'learned' }],
    [
      'timing is merged member by member',
      config,
      { uuid },
      { timing: { initialMs: 50, maxMs: 550, rounds: 3, stepMs: 5 } },
    ],
    [
      'a preset may bring a timing, and numbers beside it go before',
      { announce: { preset: 'ovs-slb' as const, rounds: 9 } },
      { name: 'db' },
      { timing: { ...PRESET_TIMINGS['ovs-slb'], rounds: 9 } },
    ],
    [
      "the general preset's timing does not go before the general numbers in a guest's rules",
      { announce: { preset: 'ovs-slb' as const, rounds: 9 }, guests: { db: { trust: 'filter' as const } } },
      { name: 'db' },
      { timing: { ...PRESET_TIMINGS['ovs-slb'], rounds: 9 } },
    ],
    [
      'a stated pause goes before those of a preset',
      { announce: { preset: 'evpn' as const, initialMs: 20 } },
      { name: 'db' },
      { timing: { initialMs: 20, stepMs: 100, maxMs: 3000, rounds: 5 } },
    ],
    [
      "a guest's own preset brings its timing",
      { announce: { rounds: 9 }, guests: { db: { announce: { preset: 'ovs-slb' as const } } } },
      { name: 'db' },
      { timing: PRESET_TIMINGS['ovs-slb'] },
    ],
  ])('%s', (_, file, guest, expected) => {
    expect(configuredPolicy(file).forGuest(guest)).toMatchObject(expected);
  });
});

describe('the MAC of an NLB cluster', () => {
  const cluster = { station: stationOf(MacAddress.of('02:bf:0a:00:00:05')), evidence: 'filter' as const };
  const general = { trust: 'filter' as const };
  it.each<[string, Parameters<typeof configuredPolicy>[0], boolean]>([
    ['is denied where nothing is said of it', general, true],
    ['is denied beside lists that say nothing of it', { deny: { macs: ['52:54'] } }, true],
    ['passes where the rules want it', { allowNlb: true }, false],
    ['passes for the guest whose rules want it', { guests: { db: { allowNlb: true } } }, false],
    [
      'is denied for the guest whose rules do not',
      { allowNlb: true, guests: { db: { allowNlb: false } } },
      true,
    ],
  ])('%s', (_, file, isDenied) => {
    expect(configuredPolicy(file).forGuest({ name: 'db' }).deny?.(cluster) !== undefined).toBe(isDenied);
  });
});

const SLOW_ARP = { ...DEFAULT_ANNOUNCE_PACING, arp: { framesPerSecond: 10, burst: 5 } };

describe('the pace of a host', () => {
  it.each([
    ['is the default where none is stated', {}, DEFAULT_ANNOUNCE_PACING],
    ['is stated in part', { pacing: { burst: 8 } }, { ...DEFAULT_ANNOUNCE_PACING, burst: 8 }],
    [
      'is stated',
      { pacing: { framesPerSecond: 7, burst: 8, arp: { framesPerSecond: 3, burst: 4 } } },
      { framesPerSecond: 7, burst: 8, arp: { framesPerSecond: 3, burst: 4 } },
    ],
    [
      'is stated in part for ARP',
      { pacing: { arp: { framesPerSecond: 3 } } },
      { ...DEFAULT_ANNOUNCE_PACING, arp: { framesPerSecond: 3, burst: 64 } },
    ],
    ['is that of a preset', { preset: 'dai' as const }, SLOW_ARP],
    [
      'is that of a preset on a VLAN',
      { vlans: [{ vlans: [[1, 9] as const], preset: 'dai' as const }] },
      SLOW_ARP,
    ],
    [
      'is stated beside a preset',
      { preset: 'dai' as const, pacing: { arp: { burst: 1 } } },
      { ...SLOW_ARP, arp: { framesPerSecond: 10, burst: 1 } },
    ],
  ])('%s', (_, announce, pacing) => {
    expect(configuredPolicy({ announce }).pacing).toEqual(pacing);
  });

  it('is the slowest that any guest of the host needs', () => {
    const guests = {
      db: { announce: { preset: 'dai' as const } },
      web: { announce: { preset: 'evpn' as const } },
    };
    expect(configuredPolicy({ guests }).pacing).toEqual(SLOW_ARP);
  });

  it('leaves no room to shut a port under dynamic ARP inspection', () => {
    const { framesPerSecond, burst } = SLOW_ARP.arp;
    expect(framesPerSecond + burst).toBeLessThanOrEqual(15);
  });
});
