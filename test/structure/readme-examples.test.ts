import { describe, expect, test } from 'vitest';
import { packages, read } from './repository.js';

const CODE_BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm;
const NAMED_IMPORT = /^import\s+\{([^}]*)\}\s+from '(@nic-herald\/[\w-]+)'/gm;
const EXPORT_LIST = /^export (?:type )?\{([^}]*)\}/gm;

/** The names in the braces of an import or an export, `type` left out. */
const namesIn = (list: string): string[] =>
  list
    .split(',')
    .map((name) =>
      name
        .replace(/\/\/.*$/gm, '')
        .replace(/^\s*type\s/, '')
        .trim(),
    )
    .filter((name) => name !== '');

/** What a package exports, by the name of its folder. */
const exportsOf = (folder: string): Set<string> =>
  new Set(
    [...read(`packages/${folder}/src/index.ts`).matchAll(EXPORT_LIST)]
      .flatMap((match) => namesIn(match[1] ?? ''))
      .map((name) => name.replace(/^.* as /, '')),
  );

describe.each([
  ...packages(),
  'examples/third-party-model',
  'examples/custom-companion',
  'examples/custom-kind',
  'examples/custom-policy',
  'examples/custom-sink',
  'examples/custom-observer',
  'examples/custom-service',
  'examples/small-plugins',
])('%s/README.md', (folder) => {
  const blocks = [...read(`${folder}/README.md`).matchAll(CODE_BLOCK)];

  test('shows how it is used', () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  test('imports only what there is', () => {
    const imports = blocks
      .filter((block) => block[1] === 'ts')
      .flatMap((block) => [...(block[2] ?? '').matchAll(NAMED_IMPORT)]);
    const missing = imports.flatMap((match) => {
      const [, list = '', name = ''] = match;
      const exported = exportsOf(name.replace('@nic-herald/', ''));
      return namesIn(list)
        .filter((each) => !exported.has(each))
        .map((each) => `${each} of ${name}`);
    });
    expect(missing).toEqual([]);
  });
});
