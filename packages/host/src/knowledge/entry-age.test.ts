import type { GuestKey } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { entryAge, inWords } from './entry-age.js';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Ages by the store and by the writer, ms; the age that is believed, and whether a clock is doubted. */
describe('entryAge', () => {
  it.each<
    [string, number | undefined, number | undefined, { ageMs: number | undefined; isDoubted: boolean }]
  >([
    ['nobody tells', undefined, undefined, { ageMs: undefined, isDoubted: false }],
    ['an older version wrote it', 5000, undefined, { ageMs: 5000, isDoubted: false }],
    ['the store has no clock', undefined, 5000, { ageMs: 5000, isDoubted: false }],
    ['the store has no clock, the writer is just ahead', undefined, -5000, { ageMs: 0, isDoubted: false }],
    [
      'the store has no clock, the writer is far ahead',
      undefined,
      -10 * MINUTE,
      { ageMs: 0, isDoubted: true },
    ],
    ['both agree', 5000, 6000, { ageMs: 5000, isDoubted: false }],
    ['both agree that it is days old', 3 * DAY, 3 * DAY + 1000, { ageMs: 3 * DAY, isDoubted: false }],
    ['the store is ten minutes behind', 10 * MINUTE, 10, { ageMs: 10, isDoubted: true }],
    ['the writer is ten minutes behind', 10, 10 * MINUTE, { ageMs: 10, isDoubted: true }],
    ['the writer is ten minutes ahead', 10, -10 * MINUTE, { ageMs: 0, isDoubted: true }],
    ['it was touched after days', 10, 3 * DAY, { ageMs: 3 * DAY, isDoubted: true }],
    ['it was copied and keeps an old time', 3 * DAY, 10, { ageMs: 3 * DAY, isDoubted: true }],
    ['both days old, and an hour apart', 3 * DAY, 3 * DAY + HOUR, { ageMs: 3 * DAY, isDoubted: true }],
  ])('where %s', (_, storedMs, writtenMs, { ageMs, isDoubted }) => {
    const writtenAt = writtenMs === undefined ? {} : { writtenAt: NOW - writtenMs };
    const age = entryAge({ host: 'A', guest: 'name:web-1' as GuestKey, ...writtenAt }, storedMs, NOW);
    expect([age.ageMs, age.doubt !== undefined]).toEqual([ageMs, isDoubted]);
    if (isDoubted) expect(age.doubt).toMatchObject({ code: 'HERALD_CLOCK_DOUBTFUL' });
  });

  it('says in the doubt how far the clocks are apart', () => {
    const snapshot = { host: 'A', guest: 'name:web-1' as GuestKey, writtenAt: NOW };
    expect(entryAge(snapshot, 10 * MINUTE, NOW).doubt?.message).toContain(
      "by the clock of A its entry for name:web-1 was written at another time than by the store's clock, 10 minutes apart",
    );
  });
});

describe('inWords', () => {
  it.each([
    [-1, '0 seconds'],
    [1500, '2 seconds'],
    [119_000, '119 seconds'],
    [120_000, '2 minutes'],
    [2 * HOUR, '2 hours'],
    [3 * DAY, '3 days'],
  ])('%d ms are %s', (ms, words) => expect(inWords(ms)).toBe(words));
});
