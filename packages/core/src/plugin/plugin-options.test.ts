import { describe, expect, it } from 'vitest';
import { leftOutOption, listOption, textOption, wholeNumberOption, yesOrNoOption } from './plugin-option.js';
import { checkedOptions, optionsSchema } from './plugin-options.js';

const schema = optionsSchema<{ path: string; size: number; fast: boolean; names: readonly string[] }>({
  path: textOption({ what: 'an absolute path', most: 8, pattern: /^\// }),
  size: wholeNumberOption({ least: 1, most: 9, usual: 3 }),
  fast: yesOrNoOption(false),
  names: listOption(textOption({ what: 'a name', most: 3 }), { most: 2, usual: [] }),
});

/** Each issue as `option: message`. */
const issuesOf = async (given: unknown): Promise<readonly string[]> => {
  const { issues = [] } = await schema['~standard'].validate(given);
  return issues.map(
    ({ path = [], message }) =>
      `${path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')}: ${message}`,
  );
};

describe('options are refused by name, range and value', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['no mapping', 7, [': must be a mapping of options, got 7']],
    ['a list', [1], [': must be a mapping of options, got [1]']],
    ['nothing', undefined, [': must be a mapping of options, got nothing']],
    ['one that is missing', {}, ['path: must be an absolute path of 1 to 8 characters, got nothing']],
    ['an empty text', { path: '' }, ['path: must be an absolute path of 1 to 8 characters, got ""']],
    [
      'NUL in a text',
      { path: '/a\0' },
      ['path: must be an absolute path of 1 to 8 characters, got "/a\\u0000"'],
    ],
    [
      'a text that does not fit',
      { path: 'a' },
      ['path: must be an absolute path of 1 to 8 characters, got "a"'],
    ],
    ['a number below', { path: '/', size: 0 }, ['size: must be a whole number from 1 to 9, got 0']],
    ['a number above', { path: '/', size: 10 }, ['size: must be a whole number from 1 to 9, got 10']],
    ['a fraction', { path: '/', size: 1.5 }, ['size: must be a whole number from 1 to 9, got 1.5']],
    ['NaN', { path: '/', size: Number.NaN }, ['size: must be a whole number from 1 to 9, got NaN']],
    ['a number in quotes', { path: '/', size: '2' }, ['size: must be a whole number from 1 to 9, got "2"']],
    ['a word for yes', { path: '/', fast: 'yes' }, ['fast: must be true or false, got "yes"']],
    [
      'a list too long',
      { path: '/', names: ['a', 'b', 'c'] },
      ['names: must be a list of at most 2, each a name of 1 to 3 characters, got ["a","b","c"]'],
    ],
    [
      'a wrong entry',
      { path: '/', names: [1] },
      ['names: must be a list of at most 2, each a name of 1 to 3 characters, got [1]'],
    ],
    ['an unknown one', { path: '/', sizes: 2 }, ['sizes: is no option: known are path, size, fast, names']],
    [
      'a member of every object',
      { path: '/', toString: 2 },
      ['toString: is no option: known are path, size, fast, names'],
    ],
    [
      'two at once',
      { size: 0, path: 1 },
      [expect.stringMatching(/^path: /) as string, expect.stringMatching(/^size: /) as string],
    ],
  ])('%s', async (_, given, problems) => {
    expect(await issuesOf(given)).toEqual(problems);
  });

  it('ten of them at most, however many there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1]));
    expect(await issuesOf(many)).toHaveLength(10);
  });

  it('in code, under the code of the plugin', () => {
    expect(() =>
      checkedOptions(schema, { path: '/', size: 0 }, { code: 'HERALD_TEST', plugin: 'test' }),
    ).toThrow(
      expect.objectContaining({
        code: 'HERALD_TEST',
        message: 'test: size must be a whole number from 1 to 9, got 0',
      }) as Error,
    );
  });
});

it('what is usual is filled in, also for what is left empty', () => {
  const checked = (given: unknown) => checkedOptions(schema, given, { code: 'HERALD_TEST', plugin: 'test' });
  expect(checked({ path: '/a', size: undefined, fast: null })).toEqual({
    path: '/a',
    size: 3,
    fast: false,
    names: [],
  });
  expect(checked({ path: '/a', size: 9, fast: true, names: ['x'] })).toEqual({
    path: '/a',
    size: 9,
    fast: true,
    names: ['x'],
  });
});

describe('an option that may be left out', () => {
  const told = { code: 'HERALD_TEST', plugin: 'test' } as const;
  const known = optionsSchema<{ size?: number | undefined }>({
    size: leftOutOption(wholeNumberOption({ least: 1, most: 9, usual: 3 })),
  });

  it.each<[string, unknown, number | undefined]>([
    ['is not filled in', {}, undefined],
    ['may be undefined', { size: undefined }, undefined],
    ['may be left empty', { size: null }, undefined],
    ['is taken where it is given', { size: 9 }, 9],
  ])('%s', (_, given, size) => {
    expect(checkedOptions(known, given, told).size).toBe(size);
  });

  it('is refused as the option itself is', () => {
    expect(() => checkedOptions(known, { size: 10 }, told)).toThrow(
      'test: size must be a whole number from 1 to 9, got 10',
    );
  });
});
