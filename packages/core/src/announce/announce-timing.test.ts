import { describe, expect, it } from 'vitest';
import {
  ANNOUNCE_TIMING_RANGES,
  type AnnounceTiming,
  checkAnnounceTiming,
  DEFAULT_ANNOUNCE_TIMING,
} from './announce-timing.js';

const edges = Object.entries(ANNOUNCE_TIMING_RANGES) as [keyof AnnounceTiming, readonly [number, number]][];

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
});
