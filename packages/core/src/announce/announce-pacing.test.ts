import { describe, expect, it } from 'vitest';
import {
  ANNOUNCE_PACING_RANGES,
  type AnnouncePacing,
  checkAnnouncePacing,
  DEFAULT_ANNOUNCE_PACING,
} from './announce-pacing.js';

const edges = Object.entries(ANNOUNCE_PACING_RANGES) as [keyof AnnouncePacing, readonly [number, number]][];

describe('checkAnnouncePacing', () => {
  it.each(
    edges.flatMap(([member, [least, most]]) =>
      [least - 1, most + 1, least + 0.5, Number.NaN, '64', undefined].map(
        (value) => [member, value, least, most] as const,
      ),
    ),
  )('refuses %s of %s', (member, value, least, most) => {
    const pacing = { ...DEFAULT_ANNOUNCE_PACING, [member]: value };
    expect(() => checkAnnouncePacing(pacing as AnnouncePacing)).toThrow(
      expect.objectContaining({
        code: 'HERALD_ANNOUNCE_PACING',
        message: `announce pacing: ${member} must be a whole number from ${least} to ${most}, got ${String(value)}`,
      }),
    );
  });

  it.each(edges.flatMap(([member, range]) => range.map((value) => [member, value] as const)))(
    'takes %s of %d',
    (member, value) => {
      const pacing = { ...DEFAULT_ANNOUNCE_PACING, [member]: value };
      expect(checkAnnouncePacing(pacing)).toBe(pacing);
    },
  );
});
