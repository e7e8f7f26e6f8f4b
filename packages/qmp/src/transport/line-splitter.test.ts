import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from './line-splitter.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (splitter: LineSplitter, text: string): string[] =>
  Array.from(splitter.push(bytes(text)), (line) => new TextDecoder().decode(line));

describe('LineSplitter', () => {
  it.each([
    ['in one piece', [`${'x'.repeat(17)}\n`]],
    ['without an end', ['x'.repeat(17)]],
    ['in pieces', ['x'.repeat(10), 'x'.repeat(7)]],
    ['in pieces with an end', ['x'.repeat(10), `${'x'.repeat(7)}\n`]],
  ])('refuses a line longer than its limit, %s', (_, pieces) => {
    const splitter = new LineSplitter(16);
    expect(() => {
      for (const piece of pieces) lines(splitter, piece);
    }).toThrow(expect.objectContaining({ code: 'HERALD_QMP_LINE_TOO_LONG' }));
  });

  it('takes lines of exactly its limit, whole and in pieces', () => {
    const splitter = new LineSplitter(4);
    expect(lines(splitter, 'abcd\nab')).toEqual(['abcd']);
    expect(lines(splitter, 'cd\n')).toEqual(['abcd']);
  });

  it('yields a line before it looks at the next one', () => {
    const splitter = new LineSplitter(4);
    const first = splitter.push(bytes('a\ntoo long\n')).next();
    expect(first.done).toBe(false);
  });

  it('gives back what was split, however it was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 })), fc.array(fc.nat(12)), (texts, cuts) => {
        const whole = texts.map((text) => text.replaceAll('\n', ''));
        let rest = whole.map((line) => `${line}\n`).join('');
        const splitter = new LineSplitter(1000);
        const found: string[] = [];
        for (const cut of cuts) {
          found.push(...lines(splitter, rest.slice(0, cut)));
          rest = rest.slice(cut);
        }
        found.push(...lines(splitter, rest));
        expect(found.map((line) => line.length)).toEqual(
          whole.map((line) => new TextDecoder().decode(bytes(line)).length),
        );
      }),
    );
  });
});
