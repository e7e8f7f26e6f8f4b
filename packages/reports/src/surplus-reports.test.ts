import { describe, expect, it } from 'vitest';
import { timeInName } from './report-file-name.js';
import { DEFAULT_REPORT_KEEP, type KeptReport, MAX_OF_ONE_GUEST, surplusReports } from './surplus-reports.js';

const now = Date.UTC(2026, 0, 31);
const hour = 3_600_000;
const report = (name: string, hoursAgo: number, size = 1, guest = name): KeptReport => ({
  file: `${name}.json`,
  guest,
  time: timeInName(now - hoursAgo * hour),
  size,
});
const keep = { ageMs: 24 * hour, bytes: 10 * 4096 };
const filesOf = (reports: readonly KeptReport[]) => reports.map(({ file }) => file).toSorted();
const named = (...names: readonly string[]) => names.map((name) => `${name}.json`);

describe('what has to go', () => {
  it.each<[string, readonly KeptReport[], readonly string[]]>([
    ['nothing of nothing', [], []],
    ['what is older than it may be', [report('old', 25), report('young', 23), report('edge', 24)], ['old']],
    ['nothing for what a clock of another host put into the future', [report('early', -48)], []],
    [
      'the oldest beyond the room, in whatever order they are found',
      [report('b', 2, 4 * 4096), report('c', 3, 4096), report('a', 1, 6 * 4096)],
      ['c'],
    ],
    [
      'all that is older than one without room, small as it may be',
      [report('a', 1, 9 * 4096), report('b', 2, 4 * 4096), report('c', 3, 1)],
      ['b', 'c'],
    ],
    [
      'the oldest of the hour in which the room is full',
      [0, 0.1, 0.2, 0.3, 2, 3].map((hoursAgo, n) => report(`r${n}`, 22 + hoursAgo / 10, 3 * 4096)),
      ['r3', 'r4', 'r5'],
    ],
    ['a block for the smallest', Array.from({ length: 11 }, (_, n) => report(`r${n}`, n, 1)), ['r10']],
    ['nothing that has room in whole blocks', [report('a', 1, 4097), report('b', 2, 8 * 4096)], []],
  ])('is %s', (_, reports, surplus) => {
    expect(filesOf(surplusReports(reports, keep, now))).toEqual(named(...surplus));
  });

  it('is the oldest of one guest beyond a thousand, and nothing of another', () => {
    const many = Array.from({ length: MAX_OF_ONE_GUEST + 2 }, (_, n) => report(`w${n}`, n / 1000, 1, 'web'));
    const other = report('db', 20);
    expect(filesOf(surplusReports([other, ...many], DEFAULT_REPORT_KEEP, now))).toEqual(
      named('w1000', 'w1001'),
    );
  });
});
