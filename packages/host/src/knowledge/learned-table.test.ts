import { type LearnedStation, stationKey } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learned, mac, seenSomewhere, station } from '../../test/sample-nic.js';
import { LearnedTable } from './learned-table.js';

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

  it('merges what was carried here, each with its own age', async () => {
    const { clock, table, observe } = testTable();
    const carried = {
      stations: [learned(1, 10, 200), learned(2, 10, 900), learned(3, 10, 50)],
      at: clock.now(),
    };
    await clock.advance(100);
    observe(learned(1, 10, 20), learned(3, 10, 400));
    await clock.advance(10);
    expect(table.of('nic0', carried)).toEqual([learned(1, 10, 30), learned(3, 10, 160)]);
    expect(table.of('nic0', undefined)).toEqual([learned(1, 10, 30), learned(3, 10, 410)]);
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
      })
      .map(({ number, vlan, ageMs, isVague }) =>
        isVague ? seenSomewhere(number, ageMs) : learned(number, vlan ?? undefined, ageMs),
      ),
    { maxLength: 12 },
  );

  it('gives the same whatever the order, each station once, bounded, the latest', () => {
    fc.assert(
      fc.property(reading, reading, (one, other) => {
        const [{ table, observe, clock }, turned] = [testTable(100), testTable(100)];
        observe(...one);
        turned.observe(...other.toReversed());
        const given = table.of('nic0', { stations: other, at: clock.now() });
        expect(turned.table.of('nic0', { stations: one.toReversed(), at: clock.now() })).toEqual(given);
        expect(new Set(given.map((each) => stationKey(each.station))).size).toBe(given.length);
        expect(given.toSorted((a, b) => a.ageMs - b.ageMs)).toEqual(given);
        const few = testTable(4);
        few.observe(...one);
        expect(few.table.size).toBeLessThanOrEqual(4);
        for (const { ageMs } of given) expect(ageMs).toBeLessThanOrEqual(1000);
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
