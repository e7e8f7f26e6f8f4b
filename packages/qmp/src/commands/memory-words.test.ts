import { describe, expect, it } from 'vitest';
import { parseMemoryWords } from './memory-words.js';

const FIVE =
  '00000000febc5400: 0x00005452 0x80000100 0xaa005452 0x80000100\r\n00000000febc5410: 0xffffffff\r\n';

describe('parseMemoryWords', () => {
  it.each([
    ['no answer', ''],
    ['unmapped memory', '00000000febc5400: Cannot access memory\r\n'],
    ['too few words', '00000000febc5400: 0x00005452\r\n'],
    ['too many words', `${FIVE}00000000febc5414: 0x00000000\r\n`],
    ['another address', FIVE.replaceAll('febc54', 'febc55')],
    ['a gap', FIVE.replace('febc5410', 'febc5420')],
    ['words of another size', FIVE.replace('0xffffffff', '0xffff')],
    ['something else on a line', FIVE.replace('0xffffffff', '0xffffffff x')],
    ['five words on a line', '00000000febc5400: 0x0 0x0 0x0 0x0 0x0\r\n'],
  ])('takes no %s', (_, text) => {
    expect(parseMemoryWords(text, 0xfebc5400, 5)).toBeUndefined();
  });

  it('reads words in order', () => {
    expect(parseMemoryWords(FIVE, 0xfebc5400, 5)).toEqual(
      Uint32Array.of(0x5452, 0x80000100, 0xaa005452, 0x80000100, 0xffffffff),
    );
  });
});
