import { describe, expect, it } from 'vitest';
import { JsonValues } from './json-values.js';

const textsOf = (chunks: readonly string[], most = 1000): readonly string[] => {
  const values = new JsonValues(most);
  return chunks.flatMap((chunk) => values.push(chunk));
};

describe('JsonValues', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['more than is kept of one', ['{"a":"', 'x'.repeat(1000)], /more than 1000 characters/],
    ['what is no object', [' ', '7'], /no object where one begins/],
    ['what closes nothing', ['{}}'], /no object where one begins/],
  ])('refuses %s', (_what, chunks, message) => {
    expect(() => textsOf(chunks)).toThrow(message);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing', [''], []],
    ['a beginning alone', ['{"a":{'], []],
    ['one after another', ['{"a":1}{"b":2}\n {}'], ['{"a":1}', '{"b":2}', '{}']],
    ['one in parts', ['{"a', '":{"b"', ':[]}', '}'], ['{"a":{"b":[]}}']],
    ['braces in texts', ['{"a":"}{\\"}"}'], ['{"a":"}{\\"}"}']],
    ['an escape that is cut', ['{"a":"\\', '"}"}'], ['{"a":"\\"}"}']],
  ])('takes %s', (_what, chunks, texts) => {
    expect(textsOf(chunks)).toEqual(texts);
  });

  it('finds the same wherever the stream is cut', () => {
    const texts = [{ a: '}{"\\' }, {}, { b: [{ c: '\u007b' }, 'é{'] }].map((each) => JSON.stringify(each));
    for (let size = 1; size < 20; size++) {
      const chunks = texts.join('').match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(textsOf(chunks)).toEqual(texts);
    }
  });
});
