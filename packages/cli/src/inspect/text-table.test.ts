import { expect, it } from 'vitest';
import { textTable } from './text-table.js';

it.each<[string, readonly (readonly string[])[], readonly string[]]>([
  ['no rows', [], []],
  [
    'cells of several widths, and no blanks at the end',
    [
      ['GUEST', 'N', 'AT'],
      ['a', '12', ''],
    ],
    ['GUEST   N  AT', 'a      12'],
  ],
  [
    'wide letters by what a terminal shows',
    [
      ['名前', '1', 'x'],
      ['abcd', '2', 'y'],
    ],
    ['名前  1  x', 'abcd  2  y'],
  ],
  [
    'colours, which take no room',
    [
      ['\u001b[1mab\u001b[22m', '1', 'x'],
      ['abc', '2', 'y'],
    ],
    ['\u001b[1mab\u001b[22m   1  x', 'abc  2  y'],
  ],
  [
    'no line between rows without the last cell',
    [
      ['GUEST', 'N', 'WARNINGS'],
      ['a', '1'],
      ['b', '2'],
      ['c', '3', 'x'],
    ],
    ['GUEST  N  WARNINGS', 'a      1', 'b      2', 'c      3  x'],
  ],
])('a table has %s', (_, rows, lines) => {
  expect(textTable(rows, { align: ['left', 'right'] })).toEqual(lines);
});

const numbered = (count: number): readonly (readonly string[])[] =>
  Array.from({ length: count }, (_, n) => [`guest-${n}`, `${n}`]);

it('a table of twenty thousand rows is made within seconds', { timeout: 3000 }, () => {
  const lines = textTable(numbered(20_000), { align: ['left', 'right'] });
  expect(lines).toHaveLength(20_000);
  expect([lines[7], lines.at(-1)]).toEqual(['guest-7          7', 'guest-19999  19999']);
});

it('a table may have two hundred thousand rows', () => {
  expect(textTable(numbered(200_000)).at(-1)).toBe('guest-199999  199999');
});
