import { type Station, stationKey } from '@nic-herald/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evidenceOf, filterOf, learned, mac, NIC, rulesOf, station } from '../../test/sample-nic.js';
import { planNic } from '../plan/plan-nic.js';
import { REFLECTION_MS, SILENT_MS } from './judge-claim.js';
import { judgeGuest } from './judge-guest.js';
import type { Ownership } from './ownership.js';
import type { Rival } from './rival.js';
import { RivalMemory } from './rival-memory.js';

const NETWORK = '/br0';
const STOP = 60_000;
const PLACES = ['eth0', 'tap7'] as const;

/** Somebody sends a frame: the guest at its port, or another at another port of its network. */
interface Sighting {
  readonly at: number;
  readonly by: 'guest' | (typeof PLACES)[number];
  readonly number: number;
  readonly vlan: number | undefined;
}

const sighting = fc.record({
  // Sightings of one place are told apart where they are so far from each other; steps of 200 ms are.
  at: fc.integer({ min: 0, max: STOP / 200 }).map((step) => step * 200),
  by: fc.constantFrom('guest' as const, ...PLACES),
  number: fc.integer({ min: 1, max: 3 }),
  vlan: fc.constantFrom(undefined, 10),
});
const history = fc.array(sighting, { maxLength: 40 });

const stationOfSighting = ({ number, vlan }: Sighting): Station => station(number, vlan);
const isOf =
  (wanted: Station) =>
  (each: Sighting): boolean =>
    stationKey(stationOfSighting(each)) === stationKey(wanted);

const rivalOf = (each: Sighting): Rival => {
  const { mac: address, vlan } = stationOfSighting(each);
  return {
    kind: 'port',
    mac: address,
    ...(vlan === undefined ? {} : { vlan }),
    where: each.by,
    times: [each.at],
  };
};

/** What the host knows at STOP, told in this order, and what it hands over or announces then. */
const known = (told: readonly Sighting[], now = STOP) => {
  const memory = new RivalMemory();
  const lastSpoke = new Map<string, Sighting>();
  for (const each of told) {
    if (each.by !== 'guest') memory.remember(NETWORK, [rivalOf(each)]);
    const key = stationKey(stationOfSighting(each));
    if (each.by === 'guest' && each.at >= (lastSpoke.get(key)?.at ?? -1)) lastSpoke.set(key, each);
  }
  const spoken = [...lastSpoke.values()].map(({ number, vlan, at }) => learned(number, vlan, STOP - at));
  const evidence = evidenceOf({ learned: spoken, filter: filterOf({ unicast: [mac(1), mac(2), mac(3)] }) });
  const ownership: Ownership = judgeGuest({
    at: now,
    nics: [
      {
        id: NIC.id,
        primaryMac: NIC.primaryMac,
        network: NETWORK,
        learned: spoken,
        listed: new Set([NIC.primaryMac, mac(1), mac(2), mac(3)]),
        agesAt: STOP,
        knownUntil: now,
      },
    ],
    rivals: {
      ofMac: (_, address) => memory.ofMac(NETWORK, address),
      ofAddress: () => [],
    },
    turnsOf: () => [],
    announcedAt: () => undefined,
  });
  const { plan } = planNic(evidence, rulesOf({}, { ownership }));
  return {
    announced: new Set(plan.announcements.map((each) => stationKey(each.station))),
    refused: new Map(plan.refusals.map((each) => [stationKey(each), each.reason] as const)),
  };
};

/** What a reader of the history would say: the guest was silent, and one place spoke twice since. */
const hasMoved = (all: readonly Sighting[], wanted: Station): boolean => {
  const own = all.filter((each) => each.by === 'guest' && isOf(wanted)(each)).map(({ at }) => at);
  const last = own.length === 0 ? undefined : Math.max(...own);
  if (last !== undefined && STOP - last < SILENT_MS) return false;
  return PLACES.some((place) => {
    const since = all.filter(
      (each) =>
        each.by === place && isOf(wanted)(each) && each.at > (last ?? -REFLECTION_MS - 1) + REFLECTION_MS,
    );
    return new Set(since.map(({ at }) => at)).size >= 2;
  });
};

const STATIONS = [1, 2, 3].flatMap((number) => [station(number), station(number, 10)]);

describe('a history of sightings', () => {
  it('ends in a plan without what was seen to move away before STOP', () => {
    fc.assert(
      fc.property(history, (all) => {
        const { announced } = known(all);
        for (const each of STATIONS)
          if (hasMoved(all, each)) expect(announced).not.toContain(stationKey(each));
      }),
    );
  });

  it('ends in a plan with all that the guest spoke from and nobody else', () => {
    fc.assert(
      fc.property(history, (all) => {
        const { announced } = known(all);
        for (const each of STATIONS) {
          const own = all.filter(isOf(each));
          if (own.length > 0 && own.every(({ by }) => by === 'guest')) {
            expect(announced).toContain(stationKey(each));
          }
        }
      }),
    );
  });

  it('refuses nothing of what did not move', () => {
    fc.assert(
      fc.property(history, (all) => {
        const { refused } = known(all);
        for (const [key, reason] of refused) {
          const one = STATIONS.find((each) => stationKey(each) === key);
          if (one !== undefined && (reason === 'moved-away' || reason === 'seen-elsewhere')) {
            expect(hasMoved(all, one)).toBe(true);
          }
        }
      }),
    );
  });

  it('ends the same in whatever order it is told', () => {
    const shuffled = history.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(known(other)).toEqual(known(all));
      }),
    );
  });

  it('refuses later what it refused before: no verdict changes back as sightings grow old', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 240_000 }), (all, ms) => {
        const [before, later] = [known(all), known(all, STOP + ms)];
        for (const [key, reason] of before.refused) {
          if (reason === 'moved-away' || reason === 'seen-elsewhere')
            expect(later.refused.has(key)).toBe(true);
        }
      }),
    );
  });
});
