import { describe, expect, it } from 'vitest';
import {
  ANNOUNCE_TIMING_RANGES,
  type AnnounceTiming,
  type AnnounceTimingNumber,
  checkAnnounceTiming,
  DEFAULT_ANNOUNCE_TIMING,
  timingWith,
} from './announce-timing.js';

const edges = Object.entries(ANNOUNCE_TIMING_RANGES) as [AnnounceTimingNumber, readonly [number, number]][];

describe('checkAnnounceTiming', () => {
  it.each(
    edges.flatMap(([member, [least, most]]) =>
      [least - 1, most + 1, least + 0.5, Number.NaN, Number.POSITIVE_INFINITY, '50', undefined].map(
        (value) => [member, value] as const,
      ),
    ),
  )('refuses %s of %s', (member, value) => {
    const timing = { ...DEFAULT_ANNOUNCE_TIMING, [member]: value };
    const [least, most] = ANNOUNCE_TIMING_RANGES[member];
    expect(() => checkAnnounceTiming(timing as AnnounceTiming)).toThrow(
      expect.objectContaining({
        code: 'HERALD_ANNOUNCE_TIMING',
        message: `announce timing: ${member} must be a whole number from ${least} to ${most}, got ${String(value)}`,
      }),
    );
  });

  it.each(edges.flatMap(([member, range]) => range.map((value) => [member, value] as const)))(
    'takes %s of %d',
    (member, value) => {
      const timing = { ...DEFAULT_ANNOUNCE_TIMING, [member]: value };
      expect(checkAnnounceTiming(timing)).toBe(timing);
    },
  );

  it('refuses what QEMU 7.2 refuses, and takes its defaults', () => {
    expect(() => checkAnnounceTiming({ initialMs: 100, maxMs: 300, rounds: 5, stepMs: -60 })).toThrow(
      /stepMs .* 1 to 10000, got -60/,
    );
    expect(() => checkAnnounceTiming({ ...DEFAULT_ANNOUNCE_TIMING, stepMs: 0 })).toThrow(/stepMs/);
    expect(checkAnnounceTiming(DEFAULT_ANNOUNCE_TIMING)).toEqual({
      initialMs: 50,
      maxMs: 550,
      rounds: 5,
      stepMs: 100,
    });
  });

  it.each<[string, readonly number[], string]>([
    ['a pause out of range', [50, 100_001], 'pausesMs must be a whole number from 0 to 100000, got 100001'],
    ['half a pause', [0.5], 'pausesMs must be a whole number from 0 to 100000, got 0.5'],
    [
      'too many',
      Array(1001).fill(0),
      'the number of pausesMs must be a whole number from 0 to 1000, got 1001',
    ],
  ])('refuses %s', (_, pausesMs, words) => {
    expect(() => checkAnnounceTiming({ ...DEFAULT_ANNOUNCE_TIMING, pausesMs })).toThrow(
      expect.objectContaining({ code: 'HERALD_ANNOUNCE_TIMING', message: `announce timing: ${words}` }),
    );
  });

  it('takes pauses one by one', () => {
    const timing = { ...DEFAULT_ANNOUNCE_TIMING, pausesMs: [0, 100_000] };
    expect(checkAnnounceTiming(timing)).toBe(timing);
  });
});

describe('timingWith', () => {
  const own = { ...DEFAULT_ANNOUNCE_TIMING, pausesMs: [50, 250] };

  it.each<[string, Partial<AnnounceTiming>, AnnounceTiming]>([
    ['nothing replaced', {}, own],
    ['more rounds', { rounds: 9 }, { ...own, rounds: 9 }],
    ['other pauses', { pausesMs: [1] }, { ...own, pausesMs: [1] }],
    ['a pause by the rule', { initialMs: 7 }, { ...DEFAULT_ANNOUNCE_TIMING, initialMs: 7 }],
  ])('keeps pauses of its own unless others are stated: %s', (_, given, wanted) => {
    expect(timingWith(own, given)).toEqual(wanted);
  });
});
