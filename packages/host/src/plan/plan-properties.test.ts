import { type LearnedStation, stationKey } from '@nic-herald/core';
import type { Trust } from '@nic-herald/core/internal';
import { MacAddress, VlanId } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evidenceOf, filterOf, keysOf, learned, mac, NIC, rulesOf } from '../../test/sample-nic.js';
import { collectCandidates } from './candidates.js';
import type { NicEvidence } from './nic-evidence.js';
import { ownMac } from './own-mac.js';
import { planNic } from './plan-nic.js';
import type { PlanRules } from './plan-rules.js';

// Few enough addresses that evidence of one station meets.
const anyMac = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 12 }).map(mac) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00', '33:33:00:00:00:01')
      .map(MacAddress.of),
  },
);
const vlan = fc.integer({ min: 1, max: 6 }).map(VlanId.of);
const anyStation = fc.record({ mac: anyMac, vlan }, { requiredKeys: ['mac'] });
const MAX_AGE_MS = 3;
const age = fc.nat(MAX_AGE_MS + 1);
/** On a VLAN or untagged, or somewhere: the learner did not look. */
const anyLearned: fc.Arbitrary<LearnedStation> = fc.oneof(
  fc.record({ station: anyStation, ageMs: age }),
  fc.record({ station: fc.record({ mac: anyMac }), ageMs: age, vlanUnknown: fc.constant(true as const) }),
);
const evidence: fc.Arbitrary<NicEvidence> = fc
  .record({
    limits: fc.record({ unicast: fc.nat(8), multicast: fc.constant(8), shared: fc.nat(8), vlans: fc.nat(8) }),
    learned: fc.array(anyLearned, { maxLength: 8 }),
    foreign: fc.uniqueArray(anyMac, { maxLength: 2 }),
    filter: fc
      .record(
        {
          currentMac: anyMac,
          unicast: fc.array(anyMac, { maxLength: 10 }),
          vlans: fc.oneof(fc.constant('unknown' as const), fc.array(vlan, { maxLength: 6 })),
          exact: fc.array(anyStation, { maxLength: 4 }),
        },
        { requiredKeys: [] },
      )
      .map(filterOf),
  })
  .map(evidenceOf);
const rules: fc.Arbitrary<PlanRules> = fc
  .record({
    trust: fc.constantFrom<Trust>('primary', 'filter', 'learned'),
    pairingLimit: fc.nat(20),
    maxStations: fc.integer({ min: 1, max: 20 }),
    others: fc.uniqueArray(anyMac, { maxLength: 3 }),
    denied: fc.integer({ min: 0, max: 8 }),
  })
  .map(({ others, denied, ...policy }) =>
    rulesOf(
      {
        ...policy,
        learnedMaxAgeMs: MAX_AGE_MS,
        deny: ({ station }) => (station.vlan === denied ? 'denied' : undefined),
      },
      { ownedByOthers: new Set(others) },
    ),
  );

/** What another guest owns, by this host and by the one it came from. */
const judging = ({ foreign = [] }: NicEvidence, given: PlanRules): PlanRules => ({
  ...given,
  ownedByOthers: { has: (mac) => given.ownedByOthers.has(mac) || foreign.includes(mac) },
});

describe('every plan', () => {
  it('holds the primary first, nothing forbidden, nothing twice, and no more than its bounds', () => {
    fc.assert(
      fc.property(evidence, rules, (known, given) => {
        const { announcements } = planNic(known, given).plan;
        const keys = keysOf(announcements);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.length).toBeLessThanOrEqual(given.policy.maxStations);
        const pairs = announcements.filter((each) => each.evidence === 'paired').length;
        const vlans = known.filter.vlans === 'unknown' ? 0 : new Set(known.filter.vlans).size;
        expect(pairs).toBeLessThanOrEqual(Math.max(given.policy.pairingLimit, vlans));
        const [first] = announcements;
        expect(first).toMatchObject({
          evidence: 'primary',
          station: { mac: ownMac(known, judging(known, given)) },
        });
        for (const { station } of announcements) {
          expect(MacAddress.isStationAddress(station.mac)).toBe(true);
          expect(station.vlan === undefined || VlanId.is(station.vlan)).toBe(true);
          const { ownedByOthers } = judging(known, given);
          if (station.mac !== NIC.primaryMac) expect(ownedByOthers.has(station.mac)).toBe(false);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('announces or refuses every candidate, exactly once', () => {
    fc.assert(
      fc.property(evidence, rules, (known, given) => {
        const { announcements, refusals } = planNic(known, given).plan;
        const { candidates, refusals: collected } = collectCandidates(
          known,
          given.policy,
          ownMac(known, judging(known, given)),
        );
        const single = refusals.filter(({ count }) => count === undefined);
        const accounted = [
          ...announcements.map(({ station }) => stationKey(station)),
          ...single.map(({ mac: address, vlan: tag }) =>
            stationKey({ mac: address, ...(tag === undefined ? {} : { vlan: tag }) }),
          ),
        ];
        expect(new Set(accounted).size).toBe(accounted.length);
        const left = collected.filter(({ count }) => count === undefined).length;
        expect(accounted).toHaveLength(candidates.length + left);
        expect(new Set(accounted)).toEqual(new Set([...accounted, ...keysOf(candidates)]));
        // Every address that stands in the evidence is told of in one way or the other.
        const named = new Set(
          refusals.map(({ mac: address }) => address).concat(announcements.map(({ station }) => station.mac)),
        );
        const evident = [
          NIC.primaryMac,
          ...known.filter.unicast,
          ...known.learned.filter(({ ageMs }) => ageMs <= MAX_AGE_MS).map(({ station }) => station.mac),
        ];
        for (const address of evident) expect(named).toContain(address);
      }),
      { numRuns: 400 },
    );
  });

  it('is the same whatever the order of the evidence', () => {
    fc.assert(
      fc.property(evidence, rules, (known, given) => {
        const { filter } = known;
        const turned = {
          ...known,
          learned: known.learned.toReversed(),
          filter: {
            ...filter,
            unicast: filter.unicast.toReversed(),
            vlans: filter.vlans === 'unknown' ? filter.vlans : filter.vlans.toReversed(),
            ...(filter.exact === undefined ? {} : { exact: filter.exact.toReversed() }),
          },
        };
        const [one, other] = [planNic(known, given).plan, planNic(turned, given).plan];
        expect(other.announcements).toEqual(one.announcements);
        const lines = ({ refusals }: typeof one) =>
          refusals.map((each) => JSON.stringify(each)).sort((a, b) => (a < b ? -1 : 1));
        expect(lines(other)).toEqual(lines(one));
      }),
      { numRuns: 400 },
    );
  });

  it('has a MAC that was seen on some VLANs on those and on no other', () => {
    fc.assert(
      fc.property(evidence, rules, (known, given) => {
        fc.pre(given.policy.trust === 'learned');
        const own = ownMac(known, judging(known, given));
        const seen = known.learned.filter(
          (each) => each.ageMs <= MAX_AGE_MS && each.vlanUnknown === undefined,
        );
        const where = new Set([
          ...seen.map((each) => stationKey(each.station)),
          ...(known.filter.exact ?? []).map(stationKey),
        ]);
        for (const { station } of planNic(known, given).plan.announcements) {
          if (station.mac === own || !seen.some((each) => each.station.mac === station.mac)) continue;
          expect(where).toContain(stationKey(station));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('has every MAC that the card lists and the rules allow, however many others were seen', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 7 }),
        fc.array(
          fc.record({
            number: fc.integer({ min: 1, max: 200 }),
            vlan: fc.integer({ min: 1, max: 6 }),
            ageMs: age,
          }),
        ),
        (listed, flood) => {
          const known = evidenceOf({
            filter: filterOf({ unicast: listed.map(mac) }),
            learned: flood.map(({ number, vlan: id, ageMs }) => learned(number, id, ageMs)),
          });
          const { announcements } = planNic(
            known,
            rulesOf({ maxStations: 8, learnedMaxAgeMs: MAX_AGE_MS }),
          ).plan;
          expect(announcements.length).toBeLessThanOrEqual(8);
          const sent = new Set(announcements.map(({ station }) => station.mac));
          for (const number of [0, ...listed]) expect(sent).toContain(mac(number));
        },
      ),
    );
  });
});
