import { describe, expect, it } from 'vitest';
import { counted, firstOf, numberRanges } from './list-text.js';
import { labelled, WIDTH, wrapped } from './text-block.js';

describe('wrapped text', () => {
  it.each([
    ['empty', '', ['']],
    ['short', 'a b', ['a b']],
    ['broken at blanks', 'aaa bbb ccc', ['aaa bbb', 'ccc']],
    ['a long word cut', 'abcdefghijkl', ['abcdefgh', 'ijkl']],
  ])('%s', (_, text, lines) => {
    expect(wrapped(text, 8)).toEqual(lines);
  });

  it('is never wider than the page, and shows what is unprintable', () => {
    const lines = labelled('name', `${'x'.repeat(250)}\x1b[2J ${'word '.repeat(60)}`);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(WIDTH);
    expect(lines.join('')).toContain('\\x1b[2J');
  });
});

describe('lists', () => {
  it.each([
    [[], []],
    [[5], ['5']],
    [
      [3, 1, 2, 7],
      ['1-3', '7'],
    ],
    [[1, 1, 2], ['1-2']],
  ])('numbers %j are the ranges %j', (numbers, ranges) => {
    expect(numberRanges(numbers)).toEqual(ranges);
  });

  it('are cut with the rest counted', () => {
    expect(firstOf(['a', 'b', 'c'], 3)).toBe('a, b, c');
    expect(firstOf(['a', 'b', 'c'], 1)).toBe('a and 2 more');
    expect([counted(1, 'frame'), counted(0, 'frame')]).toEqual(['1 frame', '0 frames']);
  });
});
