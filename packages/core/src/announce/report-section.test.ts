import { describe, expect, it } from 'vitest';
import { MAX_SECTION_BYTES, MAX_SECTION_DEPTH, parseSection } from './report-section.js';

const cyclic: Record<string, unknown> = { name: 'me' };
cyclic['me'] = cyclic;
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
/** 2^40 texts, and 41 objects. */
const bomb = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner, inner], 'x');
class Thing {
  readonly a = 1;
}

describe('parseSection refuses', () => {
  it.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /it is undefined/],
    ['a function', () => {}, /it is of type function/],
    ['a member that is a symbol', { a: [Symbol('x')] }, /it\.a\[0\] is of type symbol/],
    ['a bigint', [1n], /it\[0\] is of type bigint/],
    ['a number that is none', { a: Number.NaN }, /it\.a is NaN/],
    ['a list with a hole', [undefined], /it\[0\] is of type undefined/],
    ['an object of a class', { a: new Thing() }, /it\.a is of a class/],
    ['a date', new Date(0), /of a class/],
    ['a map', new Map(), /of a class/],
    ['what says itself how it is written', { toJSON: () => 'x' }, /it\.toJSON is of type function/],
    ['what holds itself', cyclic, /more than 32 deep, or holds itself/],
    ['what is nested too deep', nested(MAX_SECTION_DEPTH + 1), /more than 32 deep/],
    ['what is small and writes long', bomb, /more than 32 deep|longer than/],
    ['a long text', 'x'.repeat(MAX_SECTION_BYTES), /longer than 65536 bytes/],
    ['a text that is longer in bytes', '\u20ac'.repeat(22_000), /longer than 65536 bytes/],
    ['a text that JSON makes longer', '\0'.repeat(11_000), /longer than 65536 bytes/],
    [
      'a list of four billion holes',
      Object.assign([], { length: 4_000_000_000 }),
      /it\[0\] is of type undefined/,
    ],
    ['long names', { ['x'.repeat(70_000)]: 1 }, /longer than 65536 bytes/],
    [
      'a getter that throws',
      Object.defineProperty({}, 'a', { enumerable: true, get: () => never() }),
      /cannot be read/,
    ],
  ])('%s', (_, given, problem) => {
    expect(parseSection(given)).toEqual({ problem: expect.stringMatching(problem) as unknown });
  });
});

const never = (): never => {
  throw new Error('not for you');
};

describe('parseSection takes', () => {
  it.each<[string, unknown, unknown]>([
    ['null', null, null],
    ['plain values', { a: [1, 'x', true, null, { b: -0.5 }] }, { a: [1, 'x', true, null, { b: -0.5 }] }],
    ['members that are undefined as absent', { a: 1, b: undefined }, { a: 1 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }) as unknown, { a: 1 }],
    ['as deep as may be', nested(MAX_SECTION_DEPTH), nested(MAX_SECTION_DEPTH)],
    ['as long as may be', 'x'.repeat(MAX_SECTION_BYTES - 2), 'x'.repeat(MAX_SECTION_BYTES - 2)],
  ])('%s', (_, given, value) => {
    expect(parseSection(given)).toStrictEqual({ json: JSON.stringify(value), value });
  });

  it('a copy', () => {
    const given = { list: [1] };
    const parsed = parseSection(given);
    given.list.push(2);
    expect(parsed).toMatchObject({ value: { list: [1] } });
  });

  it('a member called __proto__ as a member', () => {
    const parsed = parseSection(JSON.parse('{"__proto__":{"a":1}}'));
    expect(parsed).toMatchObject({ json: '{"__proto__":{"a":1}}' });
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});
