import { describe, expect, it } from 'vitest';
import { parseSince } from './parse-since.js';

describe('a time since when', () => {
  it.each(['', '24', 'yesterday', '1h30m', '2026-13-01', '2026-02-30T25:00', '26-01-02', 'Fri', '1e3'])(
    'is not %j',
    (text) => {
      expect(() => parseSince(text)).toThrow(/time ago such as/);
    },
  );

  it.each([
    ['2026-01-02', new Date(2026, 0, 2).getTime()],
    ['2026-01-02 03:04', new Date(2026, 0, 2, 3, 4).getTime()],
    ['2026-01-02T03:04:05', new Date(2026, 0, 2, 3, 4, 5).getTime()],
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05+01:00', Date.UTC(2026, 0, 2, 2, 4, 5)],
  ])('is %j', (text, at) => {
    expect(parseSince(text)).toBe(at);
  });

  it('is so long ago', () => {
    expect(Date.now() - 86_400_000 - parseSince('24h')).toBeLessThan(60_000);
  });
});
