import { expect, test } from 'vitest';
import { filesBelow, packages, read } from './repository.js';

const CODE = /HERALD_[A-Z0-9_]*[A-Z0-9]/g;

const codesInCode = (): Set<string> => {
  const sources = packages()
    .flatMap((folder) => filesBelow(`${folder}/src`))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));
  return new Set(sources.flatMap((path) => read(path).match(/'HERALD_[A-Z0-9_]*[A-Z0-9]'/g) ?? []).values());
};

const documented = new Set(
  read('docs/errors.md')
    .split('\n')
    .filter((line) => line.startsWith('| `HERALD_'))
    .map((line) => line.match(CODE)?.[0] ?? line),
);

test('every error code is explained in docs/errors.md', () => {
  const missing = [...codesInCode()]
    .map((quoted) => quoted.slice(1, -1))
    .filter((code) => !documented.has(code));
  expect(missing).toEqual([]);
});

test('docs/errors.md explains no code that is gone', () => {
  const known = new Set([...codesInCode()].map((quoted) => quoted.slice(1, -1)));
  expect([...documented].filter((code) => !known.has(code))).toEqual([]);
});

test('no code is explained twice', () => {
  const rows = read('docs/errors.md')
    .split('\n')
    .filter((line) => line.startsWith('| `HERALD_'));
  expect(rows.length).toBe(documented.size);
});
