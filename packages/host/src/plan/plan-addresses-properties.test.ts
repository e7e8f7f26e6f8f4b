import { type LearnedAddress, type LearnedStation, stationKey } from '@nic-herald/core';
import { IpAddress } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evidenceOf, rulesOf, station } from '../../test/sample-nic.js';
import { planNic } from './plan-nic.js';

const MAX_AGE_MS = 3;
// Few enough that stations meet over one address.
const address = fc
  .constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', 'fe80::1', '2001:db8::1', '2001:db8::2')
  .map((text) => IpAddress.parse(text) ?? expect.unreachable(text));
const learnedAddress: fc.Arbitrary<LearnedAddress> = fc.record(
  {
    address,
    proof: fc.constantFrom('asserted', 'answered'),
    ageMs: fc.nat(MAX_AGE_MS + 1),
    router: fc.boolean(),
  },
  { requiredKeys: ['address', 'proof', 'ageMs'] },
);
const stations: fc.Arbitrary<readonly LearnedStation[]> = fc.uniqueArray(
  fc
    .record({
      number: fc.nat(4),
      vlan: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
      ageMs: fc.nat(MAX_AGE_MS + 1),
      addresses: fc.uniqueArray(learnedAddress, { maxLength: 6, selector: (each) => each.address }),
    })
    .map(({ number, vlan, ageMs, addresses }) => ({ station: station(number, vlan), ageMs, addresses })),
  { maxLength: 8, selector: (each) => stationKey(each.station) },
);
const kinds = fc.subarray(['rarp', 'null-garp', 'garp', 'garp-reply', 'na']);
const policies = fc.record({ chosen: kinds, maxAddresses: fc.nat(4), denied: address }).map((each) => ({
  ...each,
  rules: rulesOf({
    learnedMaxAgeMs: MAX_AGE_MS,
    maxAddresses: each.maxAddresses,
    kindsFor: () => each.chosen,
    denyAddress: (one) => (one === each.denied ? 'denied' : undefined),
  }),
}));

describe('the addresses in every plan', () => {
  it('were proved at that station, not too long ago, are no more than the policy allows, and one station has each', () => {
    fc.assert(
      fc.property(stations, policies, (learned, { rules, denied, maxAddresses }) => {
        const { announcements } = planNic(evidenceOf({ learned }), rules).plan;
        const owners = new Map<string, string>();
        const counts = new Map<string, Set<string>>();
        for (const { station: at, address: announced } of announcements) {
          if (announced === undefined) continue;
          const key = stationKey(at);
          const proved = learned
            .find((each) => stationKey(each.station) === key)
            ?.addresses?.find((each) => each.address === announced);
          expect(proved?.ageMs).toBeLessThanOrEqual(MAX_AGE_MS);
          expect(announced).not.toBe(denied);
          const place = `${announced} on ${at.vlan ?? 'no VLAN'}`;
          expect(owners.get(place) ?? key).toBe(key);
          owners.set(place, key);
          counts.set(key, (counts.get(key) ?? new Set()).add(announced));
        }
        for (const each of counts.values()) expect(each.size).toBeLessThanOrEqual(maxAddresses);
      }),
      { numRuns: 400 },
    );
  });

  it('are told of where they are left out', () => {
    fc.assert(
      fc.property(stations, policies, (learned, { rules, chosen }) => {
        fc.pre(chosen.includes('garp') && chosen.includes('na'));
        const { announcements, refusals } = planNic(evidenceOf({ learned }), rules).plan;
        const named = [
          ...announcements,
          ...refusals.map(({ mac, vlan, ...rest }) => ({ station: { mac, vlan }, ...rest })),
        ]
          .filter(({ address: each }) => each !== undefined)
          .map(({ station: at, address: each }) => `${at.mac} ${at.vlan ?? ''} ${each}`);
        const candidates = new Set(announcements.map(({ station: at }) => stationKey(at)));
        for (const { station: at, addresses = [] } of learned) {
          if (!candidates.has(stationKey(at))) continue;
          for (const each of addresses) expect(named).toContain(`${at.mac} ${at.vlan ?? ''} ${each.address}`);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('come after every station had its first frame, each frame once, whatever the order of the evidence', () => {
    fc.assert(
      fc.property(stations, policies, (learned, { rules }) => {
        const { announcements, refusals } = planNic(evidenceOf({ learned }), rules).plan;
        const keys = announcements.map(({ station: at }) => stationKey(at));
        const firsts = new Set(keys).size;
        expect(new Set(keys.slice(0, firsts)).size).toBe(firsts);
        const frames = announcements.map(
          (each) => `${each.kind} ${stationKey(each.station)} ${each.address ?? ''}`,
        );
        expect(new Set(frames).size).toBe(frames.length);
        const turned = learned
          .map((each) => ({ ...each, addresses: each.addresses?.toReversed() ?? [] }))
          .toReversed();
        const other = planNic(evidenceOf({ learned: turned }), rules).plan;
        const lines = (each: readonly object[]) =>
          each.map((one) => JSON.stringify(one)).sort((a, b) => (a < b ? -1 : 1));
        expect(lines(other.announcements)).toEqual(lines(announcements));
        expect(lines(other.refusals)).toEqual(lines(refusals));
      }),
      { numRuns: 400 },
    );
  });

  it('are all that a station can be announced by, where the policy chose so: else it is refused', () => {
    fc.assert(
      fc.property(stations, policies, (learned, { rules }) => {
        const { announcements, refusals } = planNic(evidenceOf({ learned }), rules).plan;
        const sent = new Set<string>(announcements.map(({ station: at }) => stationKey(at)));
        const none = refusals.filter(({ reason }) => reason === 'no-kind').map((each) => stationKey(each));
        expect(none.filter((key) => sent.has(key))).toEqual([]);
        for (const { station: at, ageMs } of learned) {
          if (ageMs <= MAX_AGE_MS) expect([...sent, ...none]).toContain(stationKey(at));
        }
      }),
      { numRuns: 400 },
    );
  });
});
