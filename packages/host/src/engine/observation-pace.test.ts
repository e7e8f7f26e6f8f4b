import { describe, expect, it } from 'vitest';
import { ObservationPace } from './observation-pace.js';

const SILENT = Array.from({ length: 6 }, () => true);

describe('ObservationPace', () => {
  it.each([
    ['at first', 300_000, [], 10_000, 30_000],
    ['while it speaks', 300_000, [false, false], 10_000, 30_000],
    ['short of a minute of silence', 300_000, SILENT.slice(1), 10_000, 30_000],
    ['after a minute of silence', 300_000, SILENT, 30_000, 120_000],
    ['after a longer one', 3_600_000, [...SILENT, true, true], 30_000, 120_000],
    ['as soon as it speaks again', 300_000, [...SILENT, false], 10_000, 30_000],
    ['where what is learned counts for a short time', 15_000, SILENT, 5000, 30_000],
    ['and never more often than each second', 1500, SILENT, 1000, 30_000],
  ])('%s', (_, maxAgeMs, readings, readMs, listedMs) => {
    const pace = new ObservationPace(() => maxAgeMs);
    for (const isSilent of readings) pace.read(isSilent);
    expect([pace.readMs, pace.listedMs]).toEqual([readMs, listedMs]);
  });

  it('follows a policy that changes', () => {
    let maxAgeMs = 15_000;
    const pace = new ObservationPace(() => maxAgeMs);
    for (const isSilent of SILENT) pace.read(isSilent);
    expect([pace.mayBeLeft, pace.readMs]).toEqual([false, 5000]);
    maxAgeMs = 300_000;
    expect([pace.mayBeLeft, pace.readMs]).toEqual([true, 30_000]);
  });
});
