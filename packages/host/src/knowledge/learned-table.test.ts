import { type LearnedStation, stationKey } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answered, asserted, having } from '../../test/sample-addresses.js';
import { learned, mac, seenSomewhere, station } from '../../test/sample-nic.js';
import { LearnedTable, MAX_NIC_ADDRESSES } from './learned-table.js';

const testTable = (maxStations = 4, learnedMaxAgeMs = 1000) => {
  const clock = new FakeClock();
  const table = new LearnedTable(clock, () => ({ learnedMaxAgeMs, maxStations }));
  const observe = (...stations: LearnedStation[]) => table.observe(new Map([['nic0', stations]]));
  return { clock, table, observe };
};

describe('LearnedTable', () => {
  it.each<[string, LearnedStation[][], number, LearnedStation[]]>([
    ['nothing', [], 0, []],
    ['ages that pass', [[learned(1, 10, 5)]], 100, [learned(1, 10, 105)]],
    ['what is as old as may be', [[learned(1, 10, 900)]], 100, [learned(1, 10, 1000)]],
    ['nothing older', [[learned(1, 10, 901)]], 100, []],
    ['the latest first', [[learned(1, 10, 7), learned(2, 10, 3)]], 0, [learned(2, 10, 3), learned(1, 10, 7)]],
    ['the newer sighting', [[learned(1, 10, 5)], [learned(1, 10, 2)]], 0, [learned(1, 10, 2)]],
    [
      'the newer sighting, though it was read first',
      [[learned(1, 10, 2)], [learned(1, 10, 5)]],
      0,
      [learned(1, 10, 2)],
    ],
    [
      'each VLAN of a MAC',
      [[learned(1, 10, 1), learned(1, 20, 2), learned(1, undefined, 3)]],
      0,
      [learned(1, 10, 1), learned(1, 20, 2), learned(1, undefined, 3)],
    ],
    [
      'what a learner that began anew does not know yet',
      [[learned(1, 10, 5)], []],
      100,
      [learned(1, 10, 105)],
    ],
    [
      'that a MAC was seen untagged, though it was seen later by one who does not look',
      [[learned(1, undefined, 9)], [seenSomewhere(1, 0)]],
      0,
      [learned(1, undefined, 9)],
    ],
    [
      'no more than it may, the latest',
      [[learned(1, 1, 9), learned(2, 1, 1), learned(3, 1, 5), learned(4, 1, 2)], [learned(5, 1, 0)]],
      0,
      [learned(5, 1, 0), learned(2, 1, 1), learned(4, 1, 2), learned(3, 1, 5)],
    ],
  ])('keeps %s', async (_, readings, passed, expected) => {
    const { clock, table, observe } = testTable();
    for (const reading of readings) observe(...reading);
    await clock.advance(passed);
    expect(table.of('nic0', undefined)).toEqual(expected);
  });

  it('knows no more than that a MAC was seen once where it was is too old', async () => {
    const { clock, table, observe } = testTable();
    observe(learned(1, undefined, 950));
    await clock.advance(51);
    observe(seenSomewhere(1, 20));
    expect(table.of('nic0', undefined)).toEqual([seenSomewhere(1, 20)]);
  });

  it.each([0, -3_600_000, 3_600_000])(
    'makes nothing older, nor younger, where the wall clock is set by %d ms',
    async (stepMs) => {
      const { clock, table, observe } = testTable();
      const carried = { stations: [learned(2, 10, 50)], at: clock.elapsed() };
      observe(learned(1, 10, 5));
      clock.step(stepMs);
      await clock.advance(100);
      observe(learned(3, 10, 110));
      expect(table.of('nic0', carried)).toEqual([
        learned(1, 10, 105),
        learned(3, 10, 110),
        learned(2, 10, 150),
      ]);
    },
  );

  it('merges what was carried here, each with its own age', async () => {
    const { clock, table, observe } = testTable();
    await clock.advance(10_000);
    const carried = {
      stations: [learned(1, 10, 200), learned(2, 10, 900), learned(3, 10, 50)],
      at: clock.elapsed(),
    };
    await clock.advance(100);
    observe(learned(1, 10, 20), learned(3, 10, 400));
    await clock.advance(10);
    expect(table.of('nic0', carried)).toEqual([learned(1, 10, 30), learned(3, 10, 160)]);
    expect(table.of('nic0', undefined)).toEqual([learned(1, 10, 30), learned(3, 10, 410)]);
  });

  describe('of IP addresses', () => {
    const one = learned(1, 10);
    it.each<[string, LearnedStation[][], number, LearnedStation[]]>([
      [
        'those of all sightings',
        [[having(one, asserted(1, 5))], [having(one, answered(2, 1))], [one]],
        10,
        [having(learned(1, 10, 10), answered(2, 11), asserted(1, 15))],
      ],
      [
        'those of an older sighting with the age of the newer',
        [[having(learned(1, 10, 2), asserted(1, 7))], [learned(1, 10, 5)]],
        0,
        [having(learned(1, 10, 2), asserted(1, 7))],
      ],
      [
        'each once, by its best proof, whose age goes on',
        [[having(one, asserted(1, 5))], [having(one, answered(1, 1))]],
        10,
        [having(learned(1, 10, 10), asserted(1, 15))],
      ],
      [
        'a stale assertion until the station answers again',
        [[having(one, asserted(1, 995))], [having(one, answered(1, 1))], [having(one, answered(1, 1))]],
        6,
        [having(learned(1, 10, 6), asserted(1, 1001))],
      ],
      ['a stale one, to be told of', [[having(one, asserted(1, 2000))]], 0, [having(one, asserted(1, 2000))]],
      [
        'nothing older than that',
        [[having(one, asserted(1, 1990), asserted(2, 2))]],
        11,
        [having(learned(1, 10, 11), asserted(2, 13))],
      ],
      ['none of a station that aged out', [[having(learned(1, 10, 995), asserted(1, 1))]], 6, []],
      [
        'VLANs apart',
        [[having(one, asserted(1)), having(learned(1, 20), asserted(2))]],
        0,
        [having(one, asserted(1)), having(learned(1, 20), asserted(2))],
      ],
      [
        'none of a MAC of unknown VLAN at the untagged station',
        [[learned(1, undefined, 9)], [having(seenSomewhere(1), asserted(1))]],
        0,
        [learned(1, undefined, 9)],
      ],
      [
        'those of a MAC of unknown VLAN where nothing more is known',
        [[having(seenSomewhere(1), asserted(1))], [having(seenSomewhere(1), asserted(2))]],
        0,
        [having(seenSomewhere(1), asserted(1), asserted(2))],
      ],
    ])('keeps %s', async (_, readings, passed, expected) => {
      const { clock, table, observe } = testTable();
      for (const reading of readings) observe(...reading);
      await clock.advance(passed);
      expect(table.of('nic0', undefined)).toStrictEqual(expected);
    });

    it.each([true, false])('takes the last word on whether it is a router: %s', async (router) => {
      const { clock, table, observe } = testTable();
      const said = (is: boolean, ageMs: number) => having(one, { ...asserted(1, ageMs), router: is });
      const carried = { stations: [said(!router, 5)], at: clock.elapsed() };
      await clock.advance(1);
      observe(said(!router, 5));
      await clock.advance(1);
      observe(said(router, 900)); // what it spoke from is older than what it said
      expect(table.of('nic0', carried)[0]?.addresses).toEqual([{ ...asserted(1, 6), router }]);
      observe(having(one, asserted(1)));
      expect(table.of('nic0', carried)[0]?.addresses).toEqual([{ ...asserted(1), router }]);
    });

    it('keeps an answer that came after an assertion was stale', async () => {
      const { clock, table, observe } = testTable();
      observe(having(one, asserted(1, 995)));
      await clock.advance(6);
      observe(having(one, answered(1, 1)));
      expect(table.of('nic0', undefined)).toEqual([having(one, answered(1, 1))]);
    });

    it('merges what was carried here, each with its own age', async () => {
      const { clock, table, observe } = testTable();
      const carried = {
        stations: [
          having(learned(1, 10, 200), asserted(1, 300), asserted(2, 1899)),
          having(learned(2), answered(3)),
        ],
        at: clock.elapsed(),
      };
      await clock.advance(100);
      observe(having(one, asserted(4, 5), asserted(1, 500)));
      await clock.advance(10);
      expect(table.of('nic0', carried)).toEqual([
        having(learned(1, 10, 10), asserted(4, 15), asserted(1, 410)),
        having(learned(2, undefined, 110), answered(3, 110)),
      ]);
      expect(table.of('nic0', undefined)).toEqual([
        having(learned(1, 10, 10), asserted(4, 15), asserted(1, 510)),
      ]);
    });

    it('does not grow with the addresses that a guest invents, and each station keeps some', () => {
      const { table, observe } = testTable(200);
      for (let times = 0; times < 10; times++) {
        observe(
          ...Array.from({ length: 200 }, (_, number) =>
            having(
              learned(number),
              ...Array.from({ length: 64 }, (_each, index) => asserted(times * 64 + index, 999 - times)),
            ),
          ),
        );
      }
      const kept = table.of('nic0', undefined).map(({ addresses = [] }) => addresses.length);
      expect(kept).toHaveLength(200);
      expect(kept.reduce((sum, count) => sum + count, 0)).toBe(MAX_NIC_ADDRESSES);
      expect(Math.min(...kept)).toBe(Math.floor(MAX_NIC_ADDRESSES / 200));
    });
  });

  it('keeps one NIC from the other, and forgets those that are gone, or all', () => {
    const { table } = testTable();
    const both = new Map([
      ['nic0', [learned(1)]],
      ['nic1', [learned(2)]],
    ]);
    table.observe(both);
    table.observe(new Map([['nic0', [learned(3)]]]));
    expect(table.of('nic1', undefined)).toEqual([learned(2)]);
    table.keep(['nic0']);
    expect(table.of('nic0', undefined)).toHaveLength(2);
    expect(table.of('nic1', undefined)).toEqual([]);
    table.forget();
    expect(table.of('nic0', undefined)).toEqual([]);
  });

  const reading = fc.array(
    fc
      .record({
        number: fc.nat(6),
        vlan: fc.option(fc.integer({ min: 1, max: 2 })),
        ageMs: fc.nat(1200),
        isVague: fc.boolean(),
        addresses: fc.array(
          fc
            .tuple(fc.nat(3), fc.boolean(), fc.nat(2200))
            .map(([address, isAnswer, age]) => (isAnswer ? answered(address, age) : asserted(address, age))),
          { maxLength: 3 },
        ),
      })
      .map(({ number, vlan, ageMs, isVague, addresses }) =>
        having(
          isVague ? seenSomewhere(number, ageMs) : learned(number, vlan ?? undefined, ageMs),
          ...addresses,
        ),
      ),
    { maxLength: 12 },
  );

  it('gives the same whatever the order, each station once, bounded, the latest', () => {
    fc.assert(
      fc.property(reading, reading, (one, other) => {
        const [{ table, observe, clock }, turned] = [testTable(100), testTable(100)];
        observe(...one);
        turned.observe(...other.toReversed());
        const given = table.of('nic0', { stations: other, at: clock.elapsed() });
        expect(turned.table.of('nic0', { stations: one.toReversed(), at: clock.elapsed() })).toEqual(given);
        expect(new Set(given.map((each) => stationKey(each.station))).size).toBe(given.length);
        expect(given.toSorted((a, b) => a.ageMs - b.ageMs)).toEqual(given);
        const few = testTable(4);
        few.observe(...one);
        expect(few.table.size).toBeLessThanOrEqual(4);
        for (const { ageMs, addresses = [] } of given) {
          expect(ageMs).toBeLessThanOrEqual(1000);
          expect(new Set(addresses.map(({ address }) => address)).size).toBe(addresses.length);
          for (const each of addresses) expect(each.ageMs).toBeLessThanOrEqual(2000);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does not grow with what a guest invents', () => {
    const { table, observe } = testTable(4);
    for (let times = 0; times < 50; times++) {
      observe(
        ...Array.from({ length: 100 }, (_, index) => ({ station: station(times * 100 + index), ageMs: 1 })),
      );
    }
    observe({ station: { mac: mac(9999) }, ageMs: 0 });
    expect(table.of('nic0', undefined)).toHaveLength(4);
    expect(table.size).toBe(4);
    expect(table.of('nic0', undefined)[0]?.station.mac).toBe(mac(9999));
  });
});
