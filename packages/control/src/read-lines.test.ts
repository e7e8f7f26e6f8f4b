import { describe, expect, it } from 'vitest';
import { readLines } from './read-lines.js';

const linesOf = async (pieces: readonly string[]): Promise<readonly string[]> => {
  const bytes = (async function* () {
    for (const piece of pieces) yield Buffer.from(piece, 'latin1');
  })();
  const lines: string[] = [];
  for await (const line of readLines(bytes, 8, () => new Error(`too long after ${lines.length}`)))
    lines.push(line);
  return lines;
};

describe('readLines', () => {
  it.each([
    ['in one piece', ['123456789\n'], 'too long after 0'],
    ['in several', ['1\n12345', '6789'], 'too long after 1'],
    ['without an end', ['123456789'], 'too long after 0'],
  ])('refuses a line that is too long, %s', async (_, pieces, message) => {
    await expect(linesOf(pieces)).rejects.toThrow(message);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing', [], []],
    ['no line', ['123'], []],
    ['lines of one piece', ['a\nbc\n'], ['a', 'bc']],
    ['a line of several pieces', ['a', 'b', '\nc\n'], ['ab', 'c']],
    ['an empty line', ['\n\n'], ['', '']],
    ['what was broken off', ['a\nb'], ['a']],
    ['a line as long as may be', ['1234', '5678\n'], ['12345678']],
    ['a character of two pieces', ['\xc3', '\xa4\n'], ['\u00e4']],
  ])('gives %s', async (_, pieces, lines) => {
    expect(await linesOf(pieces)).toEqual(lines);
  });
});
