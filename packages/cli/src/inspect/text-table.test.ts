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
])('a table has %s', (_, rows, lines) => {
  expect(textTable(rows, { align: ['left', 'right'] })).toEqual(lines);
});
