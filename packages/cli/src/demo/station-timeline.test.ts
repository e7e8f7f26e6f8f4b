import { expect, test } from 'vitest';
import { announcementTicks, stationTimeline } from './station-timeline.js';

test.each([
  [undefined, '····················', ''],
  [1000, '····················', ''],
  [999, '···················', '●'],
  [0, '', '●━━━━━━━━━━━━━━━━━━━'],
  [49.9, '', '●━━━━━━━━━━━━━━━━━━━'],
  [50, '·', '●━━━━━━━━━━━━━━━━━━'],
])('a station back after %s ms', (backAfterMs, before, after) => {
  expect(stationTimeline(backAfterMs)).toEqual({ before, after });
});

test.each([
  [[], '                    '],
  [[0, 50, 200, 450, 800], '▾▾  ▾    ▾      ▾   '],
  [[10, 20, 1000], '▾                   '],
])('announcements at %j ms', (announcedAtMs, ticks) => {
  expect(announcementTicks(announcedAtMs)).toBe(ticks);
});
